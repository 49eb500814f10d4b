package dev.tidemark.localstack;

import dev.tidemark.aws.AwsClients;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.services.lambda.LambdaAsyncClient;
import software.amazon.awssdk.services.lambda.model.Runtime;

/** {@link TrainingStep} as a Lambda function: its class files with the libraries of the jar that trains. */
final class DeployedStep {

    private static final Path LIBRARIES = Path.of("..", "learning", "target", "tidemark-learning.jar");
    private static final String BUCKET = "training-steps";

    private DeployedStep() {}

    /** @param folder for the jar */
    static void make(LambdaAsyncClient lambda, AwsClients clients, String name, Path folder) throws IOException {
        Path jar = Files.copy(LIBRARIES, folder.resolve(name + ".jar"));
        try (FileSystem inside = FileSystems.newFileSystem(jar)) {
            String path = TrainingStep.class.getName().replace('.', '/');
            Files.createDirectories(inside.getPath(path).getParent());
            for (String file : new String[] {path, path + "$ZstdOnly", path + "$ZstdOnly$1"}) {
                try (InputStream bytes =
                        Objects.requireNonNull(TrainingStep.class.getResourceAsStream("/" + file + ".class"), file)) {
                    Files.copy(bytes, inside.getPath(file + ".class"));
                }
            }
        }
        clients.s3().createBucket(request -> request.bucket(BUCKET)).join();
        clients.s3()
                .putObject(request -> request.bucket(BUCKET).key(name), AsyncRequestBody.fromFile(jar))
                .join();
        lambda.createFunction(request -> request.functionName(name)
                        .runtime(Runtime.JAVA25)
                        .handler(TrainingStep.class.getName() + "::handleRequest")
                        .role("arn:aws:iam::000000000000:role/step")
                        .timeout(120)
                        .memorySize(1024)
                        .code(code -> code.s3Bucket(BUCKET).s3Key(name)))
                .join();
        lambda.waiter()
                .waitUntilFunctionActiveV2(request -> request.functionName(name))
                .join();
    }
}
