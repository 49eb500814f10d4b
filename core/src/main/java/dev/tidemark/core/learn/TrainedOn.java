package dev.tidemark.core.learn;

import dev.tidemark.core.stream.Position;
import java.util.Map;

/**
 * What a candidate was trained on, as the manifest of its training set says.
 *
 * @param modelHash of the model that the set's vectors are of
 * @param isAsServed whether the features of each row are those that an answer could have had at its moment
 * @param holdoutFromMillis the predictions from here on are for judging; inclusive
 * @param toMillis the time of the set's cut, exclusive
 * @param trainedUpTo by lane of the live fold, the last position that was known before the holdout
 */
public record TrainedOn(
        String modelHash,
        boolean isAsServed,
        long holdoutFromMillis,
        long toMillis,
        Map<String, Position> trainedUpTo) {

    public TrainedOn {
        trainedUpTo = Map.copyOf(trainedUpTo);
    }
}
