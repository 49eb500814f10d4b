package dev.tidemark.core.event;

import com.fasterxml.jackson.core.ErrorReportConfiguration;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamWriteConstraints;
import com.fasterxml.jackson.core.io.ContentReference;
import com.fasterxml.jackson.core.io.IOContext;
import com.fasterxml.jackson.core.json.UTF8StreamJsonParser;
import com.fasterxml.jackson.core.sym.ByteQuadsCanonicalizer;
import com.fasterxml.jackson.core.util.BufferRecycler;

/**
 * Jackson's parser for UTF-8, made to read one small record after another. Setting up a parser for every record would
 * cost about an eighth of the time to read it, and a quarter where the JVM compiles with C1 only, as Lambda's often does.
 * It relies on nothing but the protected fields that Jackson's other formats use; the reader's tests hold it against
 * Jackson's tree. A parser that has thrown must not be used again.
 */
final class RecordParser extends UTF8StreamJsonParser {

    /** Levels of objects and arrays in one event, the event itself included. */
    static final int MAX_DEPTH = 64;

    /**
     * Lengths are bounded by the size of the record alone: with limits of the parser's own, a long number or name that
     * nobody reads would make an event bad.
     */
    private static final StreamReadConstraints CONSTRAINTS = StreamReadConstraints.builder()
            .maxNestingDepth(MAX_DEPTH)
            .maxNumberLength(Integer.MAX_VALUE)
            .maxNameLength(Integer.MAX_VALUE)
            .maxStringLength(Integer.MAX_VALUE)
            .build();

    /**
     * Member names are kept from record to record (canonicalized), but not interned in the JVM. Colliding names must
     * not fail, as the names' hash is seeded at random and a replay has to find the same events bad.
     */
    private static final int SYMBOL_FEATURES = JsonFactory.Feature.CANONICALIZE_FIELD_NAMES.getMask();

    private static final int STRICT = 0;

    RecordParser() {
        super(
                new IOContext(
                        CONSTRAINTS,
                        StreamWriteConstraints.defaults(),
                        ErrorReportConfiguration.defaults(),
                        new BufferRecycler(),
                        ContentReference.redacted(),
                        false),
                STRICT,
                null,
                null,
                ByteQuadsCanonicalizer.createRoot().makeChild(SYMBOL_FEATURES),
                new byte[0],
                0,
                0,
                0,
                false);
    }

    /** Starts on the next record; the one before has been read to the end of its top-level value. */
    void start(byte[] data) {
        _inputBuffer = data;
        _inputPtr = 0;
        _inputEnd = data.length;
        _currToken = null;
    }

    /** How many bytes have been read, all of the current token included. */
    int position() {
        return _inputPtr;
    }
}
