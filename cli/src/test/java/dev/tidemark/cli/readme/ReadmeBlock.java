package dev.tidemark.cli.readme;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A fenced block of a Markdown file. */
record ReadmeBlock(String language, String text) {

    private static final Pattern FENCED =
            Pattern.compile("^```(\\w+)\\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE);

    static List<ReadmeBlock> of(String markdown) {
        List<ReadmeBlock> blocks = new ArrayList<>();
        Matcher matcher = FENCED.matcher(markdown);
        while (matcher.find()) {
            blocks.add(new ReadmeBlock(matcher.group(1), matcher.group(2)));
        }
        return blocks;
    }
}
