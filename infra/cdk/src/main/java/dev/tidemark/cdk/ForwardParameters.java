package dev.tidemark.cdk;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.forward.Forward;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The parameters of the template that say what is forwarded, as the catalog says it. */
final class ForwardParameters {

    /** As many as infra/template.yaml has parameters for. */
    private static final int MAX_FROM = 3;

    private ForwardParameters() {}

    /**
     * All of them, empty where there is nothing to say.
     *
     * @throws IllegalArgumentException if the template cannot express it, or a stream of it is none of the stack's
     */
    static Map<String, String> of(Catalog catalog, List<String> streams) {
        List<String> to =
                catalog.forwards().stream().map(Forward::to).distinct().toList();
        List<String> from =
                catalog.forwards().stream().map(Forward::from).distinct().toList();
        if (to.size() > 1 || from.size() > MAX_FROM) {
            throw new IllegalArgumentException(
                    "The catalog forwards from " + from + " to " + to + "; a stack forwards from at most " + MAX_FROM
                            + " streams to one: deploy another stack for the rest");
        }
        if (!streams.containsAll(to) || !streams.containsAll(from)) {
            throw new IllegalArgumentException("The catalog forwards from " + from + " to " + to
                    + ", but the stack folds " + streams + ": give it all of these");
        }
        Map<String, String> parameters = new TreeMap<>();
        parameters.put("ForwardTo", to.isEmpty() ? "" : to.get(0));
        for (int number = 1; number <= MAX_FROM; number++) {
            String name = "ForwardFrom" + (number == 1 ? "" : number);
            parameters.put(name, number <= from.size() ? from.get(number - 1) : "");
        }
        return parameters;
    }
}
