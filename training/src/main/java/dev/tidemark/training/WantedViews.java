package dev.tidemark.training;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.past.Knowledge;
import dev.tidemark.core.view.Model;
import dev.tidemark.core.view.Monitor;
import dev.tidemark.core.view.View;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Which views and values a request is about. */
final class WantedViews {

    private WantedViews() {}

    /** In the order of the catalogs, then as in the catalog; those of a model in its order. */
    static List<WantedView> of(TrainingSetRequest request) {
        Model model = request.definition();
        return model == null ? ofCatalogs(request) : ofModel(request, model);
    }

    private static List<WantedView> ofModel(TrainingSetRequest request, Model model) {
        Catalog catalog = request.catalogs().get(0);
        List<WantedView> targets = new ArrayList<>();
        for (Model.ViewInput input : model.views()) {
            View view = input.view();
            check(view, request);
            targets.add(new WantedView(
                    targets.size(), 0, catalog.sourceOf(view), view, input.keyNames(model.keys()), input.names()));
        }
        return targets;
    }

    private static List<WantedView> ofCatalogs(TrainingSetRequest request) {
        List<WantedView> targets = new ArrayList<>();
        Set<String> unknown = new LinkedHashSet<>(request.features());
        for (int i = 0; i < request.catalogs().size(); i++) {
            Catalog catalog = request.catalogs().get(i);
            for (View view : viewsOf(catalog, request)) {
                List<String> names = namesOf(view, request.features(), unknown);
                if (!names.isEmpty()) {
                    List<String> keys =
                            view.entity().stream().map(View.KeyField::name).toList();
                    targets.add(new WantedView(targets.size(), i, catalog.sourceOf(view), view, keys, names));
                }
            }
        }
        if (!unknown.isEmpty()) {
            throw new TrainingSetProblem("no such feature in the wanted views: " + String.join(", ", unknown)
                    + "; there are "
                    + String.join(", ", available(request)));
        }
        if (targets.isEmpty()) {
            throw new TrainingSetProblem("the catalog has no views: name another with --catalog");
        }
        return targets;
    }

    private static List<View> viewsOf(Catalog catalog, TrainingSetRequest request) {
        List<String> wanted = request.views();
        for (String name : wanted) {
            if (catalog.view(name).isEmpty()) {
                throw new TrainingSetProblem("no view '" + name + "' in catalog " + catalog.hash() + ": there are "
                        + catalog.views().stream().map(View::name).toList());
            }
        }
        List<View> views = catalog.views().stream()
                .filter(view -> wanted.isEmpty() ? isUsual(view, request) : wanted.contains(view.name()))
                .toList();
        views.forEach(view -> check(view, request));
        return views;
    }

    /** What a monitor counts is no feature, unless it is wanted by name. */
    private static boolean isUsual(View view, TrainingSetRequest request) {
        return !view.name().contains(Monitor.MARK) && !isFromTheFuture(view, request);
    }

    /** A pair counts at its left's time. As known now it would be in rows of moments at which its right was to come. */
    private static boolean isFromTheFuture(View view, TrainingSetRequest request) {
        return view.pairs() != null && request.knowledge() == Knowledge.NOW;
    }

    private static void check(View view, TrainingSetRequest request) {
        if (isFromTheFuture(view, request)) {
            throw new TrainingSetProblem(
                    "view '" + view.name() + "' reads pairs, and as known now a pair counts from its"
                            + " left's time on, before its right has happened: rows would know the future; use --knowledge"
                            + " served, or choose other views with --views");
        }
    }

    private static List<String> namesOf(View view, List<String> wanted, Set<String> unknown) {
        List<String> names = new ArrayList<>();
        for (String name : view.valueNames()) {
            String qualified = view.name() + "." + name;
            if (wanted.isEmpty() || wanted.contains(name) || wanted.contains(qualified)) {
                names.add(name);
                unknown.remove(name);
                unknown.remove(qualified);
            }
        }
        return names;
    }

    private static List<String> available(TrainingSetRequest request) {
        return request.catalogs().stream()
                .flatMap(catalog -> viewsOf(catalog, request).stream())
                .flatMap(view -> view.valueNames().stream().map(name -> view.name() + "." + name))
                .distinct()
                .toList();
    }
}
