package dev.tidemark.samplesevents;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The samples that travel with the project; each is a folder with a catalog, events and expected answers. */
public enum Sample {
    /** A web shop: 12 hours of views, carts, purchases and predictions, with everything that goes wrong in a stream. */
    SHOP("shop", "shop-events", 4),
    /** Ten events and one feature. */
    HELLO("hello", "hello-events", 1);

    private final String folder;
    private final String stream;
    private final int shards;

    Sample(String folder, String stream, int shards) {
        this.folder = folder;
        this.stream = stream;
        this.shards = shards;
    }

    /** Name of the folder. */
    public String folder() {
        return folder;
    }

    /** Name of the stream that its catalog reads. */
    public String stream() {
        return stream;
    }

    /** Into how many shards the expected answers assume that the stream was cut. */
    public int shards() {
        return shards;
    }

    /** The definitions, as YAML. */
    public String catalog() {
        return read("catalog.yaml");
    }

    /** In order of arrival. */
    public List<SampleEvent> events() {
        return read("events.jsonl").lines().map(SampleEvent::parse).toList();
    }

    /** What {@link ExpectedAnswers} wrote: JSON. */
    public String expected() {
        return read("expected.json");
    }

    private String read(String file) {
        String path = folder + "/" + file;
        try (InputStream in = Sample.class.getResourceAsStream(path)) {
            if (in == null) {
                throw new IllegalStateException("the sample file " + path + " is not on the class path");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
