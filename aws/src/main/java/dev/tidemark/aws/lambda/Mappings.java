package dev.tidemark.aws.lambda;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.services.lambda.LambdaAsyncClient;
import software.amazon.awssdk.services.lambda.model.ListEventSourceMappingsRequest;

/** Finds the event source mappings that call a function. Thread-safe. */
public final class Mappings {

    private final LambdaAsyncClient lambda;

    public Mappings(LambdaAsyncClient lambda) {
        this.lambda = lambda;
    }

    /**
     * The mappings from one event source to one function; mostly one, and a page of Lambda's holds a hundred.
     *
     * @param functionArn as the function was called, with its alias or version
     * @param eventSourceArn a stream's or a consumer's ARN
     */
    public CompletableFuture<List<Mapping>> find(String functionArn, String eventSourceArn) {
        ListEventSourceMappingsRequest request = ListEventSourceMappingsRequest.builder()
                .functionName(functionArn)
                .eventSourceArn(eventSourceArn)
                .build();
        return lambda.listEventSourceMappings(request)
                .thenApply(response ->
                        response.eventSourceMappings().stream().map(Mapping::of).toList());
    }
}
