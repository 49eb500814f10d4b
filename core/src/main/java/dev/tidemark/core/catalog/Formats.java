package dev.tidemark.core.catalog;

import dev.tidemark.core.event.EventFormat;
import java.io.IOException;

/** What a program knows of formats, for the compiler of catalogs. */
public interface Formats {

    /** Of a program that reads JSON only. */
    Formats NONE = new Formats() {
        @Override
        public byte[] schema(String file) throws IOException {
            throw new IOException("this program reads no schemas");
        }

        @Override
        public EventFormat compile(FormatDefinition definition, String reading) throws UnusableFormat {
            throw new UnusableFormat(
                    "this program reads JSON events only, one in each record",
                    "leave 'format' out, or use a program of Tidemark that reads other formats");
        }
    };

    /** A format that cannot be used as the catalog defines it. */
    final class UnusableFormat extends Exception {

        private static final long serialVersionUID = 1L;

        private final String remedy;

        public UnusableFormat(String problem, String remedy) {
            super(problem);
            this.remedy = remedy;
        }

        public String remedy() {
            return remedy;
        }
    }

    /**
     * The content of a file that a catalog names.
     *
     * @param file relative to the catalog's file
     * @throws IOException if there is none that can be read
     */
    byte[] schema(String file) throws IOException;

    /**
     * @param definition not that of JSON alone
     * @param reading what {@link EventFormat#reading} says
     * @throws UnusableFormat if the schema is none, or uses what Tidemark does not read
     */
    EventFormat compile(FormatDefinition definition, String reading) throws UnusableFormat;
}
