package dev.tidemark.cdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SamTemplateTest {

    private static final SamTemplate TEMPLATE = SamTemplate.parse("""
            Parameters:
              Size: {Type: Number, MinValue: 1, MaxValue: 10, Description: How many.}
              Ratio: {Type: Number}
              Kind: {Type: String, AllowedValues: ["true", "false"]}
              Name: {Type: String, AllowedPattern: "[a-z]{1,3}"}
              Subnets: {Type: "List<AWS::EC2::Subnet::Id>"}
              Secret: {Type: "AWS::SSM::Parameter::Value<String>"}
            Resources:
              A:
                Type: AWS::Serverless::Function
                Properties:
                  CodeUri: ../a.jar
                  Role: !GetAtt B.Arn
                  Size: !Ref Size
                  Text: !Sub "${B}/x"
                  Both: !Sub ["${x}", {x: !Ref B}]
                  Choice: !If [C, !Ref AWS::NoValue, !Select [0, !Split [",", "a,b"]]]
                  Alias: !Ref A.Alias
                  Made: !GetAtt ARole.Arn
              B: {Type: T, Condition: C}
            """);

    @Test
    void shortFormsAreRead() throws JsonProcessingException {
        JsonNode properties = json().at("/Resources/A/Properties");

        assertThat(properties.get("Role")).hasToString("{\"Fn::GetAtt\":[\"B\",\"Arn\"]}");
        assertThat(properties.get("Size")).hasToString("{\"Ref\":\"Size\"}");
        assertThat(properties.get("Text")).hasToString("{\"Fn::Sub\":\"${B}/x\"}");
        assertThat(properties.get("Both")).hasToString("{\"Fn::Sub\":[\"${x}\",{\"x\":{\"Ref\":\"B\"}}]}");
        assertThat(properties.get("Choice"))
                .hasToString("{\"Fn::If\":[\"C\",{\"Ref\":\"AWS::NoValue\"},"
                        + "{\"Fn::Select\":[0,{\"Fn::Split\":[\",\",\"a,b\"]}]}]}");
    }

    @Test
    void onlyFilesAndWhatSamCreatesAreReplaced() throws JsonProcessingException {
        JsonNode properties = json().at("/Resources/A/Properties");

        assertThat(properties.get("CodeUri")).hasToString("{\"Bucket\":\"../a.jar\"}");
        assertThat(properties.get("Alias")).hasToString("\"{Ref=A.Alias}\"");
        assertThat(properties.get("Made")).hasToString("\"{Fn::GetAtt=[ARole, Arn]}\"");
    }

    @Test
    void theJarCarriesTheTemplate() throws Exception {
        assertThat(SamTemplate.packaged().tree())
                .isEqualTo(SamTemplate.parse(Files.readString(Path.of("..", "template.yaml")))
                        .tree());
    }

    @Test
    void valuesHaveTheirTypes() {
        assertThat(TEMPLATE.values(
                        Map.of("Size", "10", "Ratio", "0.5", "Kind", "true", "Name", "abc", "Subnets", "s-1, s-2")))
                .isEqualTo(Map.of(
                        "Size",
                        10L,
                        "Ratio",
                        new BigDecimal("0.5"),
                        "Kind",
                        "true",
                        "Name",
                        "abc",
                        "Subnets",
                        List.of("s-1", "s-2")));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            Size   | 0    | Size = 0 must be at least 1: How many.
            Size   | 11   | Size = 11 must be at most 10: How many.
            Size   | x    | Size = x must be a number: How many.
            Kind   | yes  | Kind = yes must be one of [true, false]
            Name   | abcd | Name = abcd must match [a-z]{1,3}
            Secret | a    | pass it to 'cdk deploy --parameters'
            Sise   | 1    | no parameter Sise: give one of [Kind, Name, Ratio, Secret, Size, Subnets]
            """)
    void whatTheTemplateDoesNotAllowIsRefused(String name, String value, String message) {
        assertThatThrownBy(() -> TEMPLATE.values(Map.of(name, value)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    private static JsonNode json() throws JsonProcessingException {
        return new ObjectMapper().readTree(TEMPLATE.toJson(path -> Map.of("Bucket", path), Object::toString));
    }
}
