package dev.tidemark.functions.query;

import static dev.tidemark.functions.query.QueryWorld.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyResponseEvent;
import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;

/** Questions about the past, answered from the archive. */
class PastReadsTest {

    private static final String PATH = "/v1/views/viewer/entities/42";
    private static final String AT = "2026-03-01T11:55:00.000Z";

    private final QueryWorld world = new QueryWorld();

    /** One event in time, one that arrived four minutes after the moment, one that happened after it. */
    private void archive() {
        world.archived(1, 600_000, 600_500);
        world.archived(2, 60_000, 400_000);
        world.archived(3, 30_000, 31_000);
    }

    private JsonNode ask(String knowledge) {
        return json(world.get(PATH, "at", AT, "knowledge", knowledge));
    }

    @Test
    void asServedHasWhatHadArrived() {
        archive();

        JsonNode answer = ask("served");

        assertThat(answer.at("/features/views_lifetime").intValue()).isOne();
        assertThat(answer.at("/knowledge/as").textValue()).isEqualTo("served");
        assertThat(answer.at("/knowledge/checkpoint").isNull()).isTrue();
        assertThat(answer.at("/coverage/5m/end").textValue()).isEqualTo("2026-03-01T11:55:05Z");
        assertThat(answer.at("/receipt/lanes").toString())
                .contains(QueryWorld.position(1).text());
    }

    @Test
    void asKnownNowHasWhatHadHappenedAndNothingLater() {
        archive();

        JsonNode answer = ask("now");

        assertThat(answer.at("/features/views_lifetime").intValue()).isEqualTo(2);
        assertThat(answer.at("/coverage/5m/end").textValue()).isEqualTo("2026-03-01T11:55:00.001Z");
        assertThat(answer.has("unavailable")).isFalse();
        assertThat(answer.at("/knowledge/records").intValue()).isEqualTo(3);
    }

    @Test
    void bothSayWhatMakesTheDifference() {
        archive();

        JsonNode knowledge = ask("both").get("knowledge");

        assertThat(knowledge.at("/served/features/views_lifetime").intValue()).isOne();
        assertThat(knowledge.get("differences").toString()).contains("views_lifetime", "views_5m");
        assertThat(knowledge.at("/late/count").intValue()).isOne();
        assertThat(knowledge.at("/late/events/0/position").textValue())
                .isEqualTo(QueryWorld.position(2).text());
        assertThat(knowledge.at("/late/events/0/lateMillis").intValue()).isEqualTo(340_000);
    }

    @Test
    void aMomentBeyondTheRetentionIsAnswered() {
        archive();

        APIGatewayProxyResponseEvent response =
                world.get(PATH, "at", "2026-02-01T00:00:00Z", "knowledge", "served");

        assertThat(response.getStatusCode()).isEqualTo(200);
        assertThat(json(response).at("/features/views_24h").intValue()).isZero();
    }

    @Test
    void tooMuchToReadIsAProblemWithARemedy() {
        archive();
        world.maxReplayBytes = 100_000;

        APIGatewayProxyResponseEvent response = world.get(PATH, "at", AT, "knowledge", "now");

        assertThat(response.getStatusCode()).isEqualTo(422);
        assertThat(json(response).get("detail").textValue()).contains("100000 bytes");
        assertThat(json(response).get("remedy").textValue()).contains("--direct", "TIDEMARK_REPLAY_MAX_BYTES");
    }

    @Test
    void aDamagedArchiveIsNotAnsweredFrom() {
        archive();
        world.archive.segments.remove(1);

        APIGatewayProxyResponseEvent response = world.get(PATH, "at", AT, "knowledge", "now");

        assertThat(response.getStatusCode()).isEqualTo(500);
        assertThat(json(response).get("type").textValue()).endsWith("/damaged-archive");
    }

    @Test
    void theFutureAndUnknownWordsAreRefused() {
        assertThat(world.get(PATH, "at", "2026-03-02T00:00:00Z", "knowledge", "served")
                        .getStatusCode())
                .isEqualTo(422);
        assertThat(world.get(PATH, "knowledge", "guessed").getStatusCode()).isEqualTo(400);
        assertThat(world.get(PATH, "knowledge", "served", "features", "nonsense")
                        .getStatusCode())
                .isEqualTo(404);
    }
}
