package dev.tidemark.learning;

import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.Context;
import dev.tidemark.functions.Template;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** infra/template.yaml deploys this module's function. */
class TrainTemplateTest {

    @Test
    void theHandlerIsAClassThatLambdaCanMake() throws ReflectiveOperationException {
        String[] handler = Template.raw()
                .at("/Resources/TrainFunction/Properties/Handler")
                .asText()
                .split("::");

        Class<?> type = Class.forName(handler[0], false, TrainTemplateTest.class.getClassLoader());

        assertThat(type).isEqualTo(TrainFunction.class);
        assertThat(type.getConstructor()).isNotNull();
        assertThat(type.getMethod(handler[1], Map.class, Context.class)).isNotNull();
    }
}
