package dev.tidemark.local;

import java.net.URI;

/** Where the local services answer; any AWS client can be pointed at them, with any credentials. */
public record Endpoints(URI kinesis, URI dynamoDb, URI s3) {}
