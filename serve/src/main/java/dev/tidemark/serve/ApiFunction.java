package dev.tidemark.serve;

import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyRequestEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyResponseEvent;

/** A Lambda function behind a REST API. One instance is never called by two threads at once. */
@FunctionalInterface
public interface ApiFunction {

    /**
     * Answers a request.
     *
     * @throws Exception the function failed; the client learns only that
     */
    APIGatewayProxyResponseEvent handle(APIGatewayProxyRequestEvent request) throws Exception;
}
