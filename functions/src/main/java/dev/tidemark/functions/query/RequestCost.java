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

    /** Says that the request was let in as a costly one. */
    void admitted() {
        costly = true;
    }

    boolean isCostly() {
        return costly;
    }

    /** One word of a few; "unknown" for a path that leads nowhere. */
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
