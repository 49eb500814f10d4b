package dev.tidemark.functions.query;

import dev.tidemark.core.serve.Answer;
import java.util.List;

/** What one request has read so far. For one thread. */
final class RequestCost {

    private String route = "unknown";
    private long entities;
    private long items;
    private boolean costly;

    void routed(Route to) {
        route = to.word();
    }

    void read(List<Answer> answers) {
        entities += answers.size();
        for (Answer answer : answers) {
            for (Answer.Read read : answer.reads()) {
                items += read.items().size();
            }
        }
    }

    /** Notes that the request was admitted as a costly one. */
    void admitted() {
        costly = true;
    }

    boolean isCostly() {
        return costly;
    }

    /** One of a few words; "unknown" for an unknown path. */
    String route() {
        return route;
    }

    long entities() {
        return entities;
    }

    long items() {
        return items;
    }
}
