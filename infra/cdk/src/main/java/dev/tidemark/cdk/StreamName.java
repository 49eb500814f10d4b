package dev.tidemark.cdk;

import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.Token;
import software.amazon.awscdk.services.kinesis.CfnStream;
import software.amazon.awscdk.services.kinesis.IStream;
import software.constructs.Construct;

/** The name of the stream as the catalog must say it. */
final class StreamName {

    private StreamName() {}

    static String of(Construct scope, FeatureStream kind) {
        if (kind instanceof FeatureStream.Created created) {
            return created.name();
        }
        if (kind instanceof FeatureStream.Named named) {
            return named.name();
        }
        IStream stream = ((FeatureStream.Given) kind).stream();
        requireSameEnvironment(Stack.of(scope), stream);
        String name = name(stream);
        if (name == null) {
            throw new IllegalArgumentException(
                    "The name of the stream " + stream.getNode().getPath()
                            + " is generated when it is deployed, but the catalog must say it: set its streamName");
        }
        return name;
    }

    private static @Nullable String name(IStream stream) {
        if (!Token.isUnresolved(stream.getStreamName())) {
            return stream.getStreamName();
        }
        // Of a stream of the app the name that was given, which is known; the token stands for the deployed one.
        return stream.getNode().getDefaultChild() instanceof CfnStream resource
                        && resource.getName() != null
                        && !Token.isUnresolved(resource.getName())
                ? resource.getName()
                : null;
    }

    private static void requireSameEnvironment(Stack stack, IStream stream) {
        requireSame("account", stream.getEnv().getAccount(), stack.getAccount(), stream);
        requireSame("region", stream.getEnv().getRegion(), stack.getRegion(), stream);
    }

    private static void requireSame(String what, String ofStream, String ofStack, IStream stream) {
        if (!Token.isUnresolved(ofStream) && !Token.isUnresolved(ofStack) && !ofStream.equals(ofStack)) {
            throw new IllegalArgumentException("The stream " + stream.getNode().getPath() + " is in " + what + " "
                    + ofStream + ", the stack in " + ofStack + ": deploy the stack where the stream is");
        }
    }
}
