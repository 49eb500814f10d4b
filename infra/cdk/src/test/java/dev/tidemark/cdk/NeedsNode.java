package dev.tidemark.cdk;

import java.io.IOException;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Skips each test, and says so, where there is no Node.js, which the CDK's Java classes run on. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(NeedsNode.Condition.class)
@interface NeedsNode {

    /** Method by method, so that the skipped tests are counted. */
    final class Condition implements ExecutionCondition {

        private static final boolean IS_PRESENT = isPresent();

        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            if (IS_PRESENT || context.getTestMethod().isEmpty()) {
                return ConditionEvaluationResult.enabled("Node.js is there, or this is not a test");
            }
            String reason = "SKIPPED: " + context.getDisplayName() + " of "
                    + context.getRequiredTestClass().getSimpleName()
                    + " needs Node.js (`node` on the PATH, or JSII_NODE), and nothing was synthesized";
            System.err.println(reason);
            return ConditionEvaluationResult.disabled(reason);
        }

        /** As the CDK looks for it. */
        private static boolean isPresent() {
            String node = System.getenv().getOrDefault("JSII_NODE", "node");
            try {
                Process process = new ProcessBuilder(node, "--version")
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
                return process.waitFor() == 0;
            } catch (IOException e) {
                // There is no such command: that is the answer.
                return false;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while looking for " + node, e);
            }
        }
    }
}
