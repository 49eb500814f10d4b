package dev.tidemark.core.catalog;

import java.util.regex.Pattern;

/** The names that users give: of sources, views, features. They are used in URLs, expressions and keys. */
final class Names {

    static final String PATTERN = "[a-z][a-z0-9_]{0,62}";

    private static final Pattern NAME = Pattern.compile(PATTERN);

    private Names() {}

    /** Reports the key if it is no name; the program's own names have {@code $}, so that no user's can be the same. */
    static boolean check(YamlMapping.Entry entry, String what) {
        if (entry.isMade() || NAME.matcher(entry.name()).matches()) {
            return true;
        }
        entry.key()
                .problem(
                        entry.key().shown() + " is no name of a " + what,
                        "start with a lowercase letter and use only lowercase letters, digits and _, at most 63");
        return false;
    }
}
