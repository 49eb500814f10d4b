package dev.tidemark.core.catalog;

import dev.tidemark.core.stream.Sha256;

/** Content hashes of definitions. */
final class Hashes {

    private static final int SHORT_LENGTH = 16;

    private Hashes() {}

    /** The first 64 bits of the SHA-256 of the text's UTF-8, as 16 lowercase hexadecimal digits. */
    static String shortHash(String text) {
        return Sha256.hex(text).substring(0, SHORT_LENGTH);
    }
}
