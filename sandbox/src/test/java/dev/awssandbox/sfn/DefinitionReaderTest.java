package dev.awssandbox.sfn;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class DefinitionReaderTest {
    /** Each line: what the states are, and what of them is named in the refusal. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
            {"A": {"Type": "Pass", "Colour": "red", "End": true}}                                   | The field 'Colour' is not supported at /States/A
            {"A": {"Type": "Pass", "Assign": {"x": 1}, "End": true}}                                | The field 'Assign' is not supported at /States/A
            {"A": {"Type": "Loop", "End": true}}                                                    | The state type 'Loop' is not supported at /States/A/Type
            {"A": {"End": true}}                                                                    | The field 'Type' is required but was missing at /States/A
            {"A": {"Type": "Pass", "QueryLanguage": "JSONata", "End": true}}                        | The QueryLanguage 'JSONata' is not supported at /States/A/QueryLanguage
            {"A": {"Type": "Pass", "Next": "B"}}                                                    | MISSING_TRANSITION_TARGET: Missing 'Next' target: B at /States/A/Next
            {"A": {"Type": "Pass", "End": true}, "B": {"Type": "Pass", "End": true}}                | UNREACHABLE_STATE: The state is not reachable: B at /States/B
            {"A": {"Type": "Pass"}}                                                                 | Exactly one of Next and End (true) is expected at /States/A
            {"A": {"Type": "Pass", "Next": "A"}}                                                    | NO_TERMINAL_STATE: No state ends the machine at /States
            {"A": {"Type": "Pass", "InputPath": "a.b", "End": true}}                                | The value for the field 'InputPath': 'a.b' is not a path
            {"A": {"Type": "Pass", "InputPath": "$variable", "End": true}}                          | The value for the field 'InputPath': '$variable' is not a path
            {"A": {"Type": "Pass", "InputPath": "$.a.length()", "End": true}}                       | functions in paths are not supported: '$.a.length()'
            {"A": {"Type": "Pass", "ResultPath": "$.a[*]", "End": true}}                            | '$.a[*]' is not a reference path
            {"A": {"Type": "Pass", "Parameters": {"x.$": "plain"}, "End": true}}                    | 'plain' is neither a path nor an intrinsic function at /States/A/Parameters/x.$
            {"A": {"Type": "Pass", "Parameters": {"x.$": 1}, "End": true}}                          | 'x.$' must be a path or an intrinsic function at /States/A/Parameters/x.$
            {"A": {"Type": "Pass", "Parameters": {"x.$": "States.Reverse($.a)"}, "End": true}}      | the intrinsic function 'States.Reverse' is not supported
            {"A": {"Type": "Pass", "Parameters": {"x.$": "States.ArrayLength($.a, 1)"}, "End": true}} | the intrinsic function 'States.ArrayLength' does not take 2 arguments
            {"A": {"Type": "Pass", "Parameters": {"x.$": "States.Format('a', $.b"}, "End": true}}   | ends too early
            {"A": {"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "End": true}}        | The resource 'arn:aws:states:::sns:publish' is not supported at /States/A/Resource
            {"A": {"Type": "Task", "Resource": "${Function}", "End": true}}                         | The resource '${Function}' is not supported
            {"A": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken", "End": true}} | waitForTaskToken' is not supported
            {"A": {"Type": "Task", "Resource": "FUNCTION", "HeartbeatSeconds": 5, "End": true}}     | The field 'HeartbeatSeconds' is not supported at /States/A
            {"A": {"Type": "Task", "Resource": "FUNCTION", "TimeoutSeconds": 0, "End": true}}       | 'TimeoutSeconds' must be an integer from 1
            {"A": {"Type": "Task", "Resource": "FUNCTION", "Retry": [{"ErrorEquals": ["States.ALL"], "MaxTries": 1}], "End": true}} | The field 'MaxTries' is not supported at /States/A/Retry[0]
            {"A": {"Type": "Task", "Resource": "FUNCTION", "Retry": [{"ErrorEquals": ["States.ALL", "B"]}], "End": true}} | States.ALL must stand alone, and in the last place at /States/A/Retry[0]
            {"A": {"Type": "Task", "Resource": "FUNCTION", "Retry": [{"ErrorEquals": ["B"], "BackoffRate": 0.5}], "End": true}} | 'BackoffRate' must be a number of at least 1.0
            {"A": {"Type": "Task", "Resource": "FUNCTION", "Retry": [{"ErrorEquals": ["B"], "JitterStrategy": "HALF"}], "End": true}} | The JitterStrategy 'HALF' is not supported
            {"A": {"Type": "Task", "Resource": "FUNCTION", "Catch": [{"ErrorEquals": ["B"], "Next": "C"}], "End": true}} | Missing 'Next' target: C at /States/A/Catch[0]/Next
            {"A": {"Type": "Choice", "Choices": [{"Variable": "$.a", "StringResembles": "x", "Next": "B"}]}, "B": {"Type": "Succeed"}} | The field 'StringResembles' is not supported at /States/A/Choices[0]
            {"A": {"Type": "Choice", "Choices": [{"Variable": "$.a", "NumericEquals": "1", "Next": "B"}]}, "B": {"Type": "Succeed"}} | The value of 'NumericEquals' is of another type
            {"A": {"Type": "Choice", "Choices": [{"StringEquals": "x", "Next": "B"}]}, "B": {"Type": "Succeed"}} | The field 'Variable' is required but was missing at /States/A/Choices[0]
            {"A": {"Type": "Choice", "Choices": []}}                                                | The field 'Choices' must have at least one element at /States/A
            {"A": {"Type": "Choice", "Choices": [{"Variable": "$.a", "IsNull": true, "Next": "B"}], "End": true}, "B": {"Type": "Succeed"}} | The field 'End' is not supported at /States/A
            {"A": {"Type": "Wait", "Seconds": 1, "SecondsPath": "$.s", "End": true}}                | Exactly one of Seconds, SecondsPath, Timestamp and TimestampPath is expected
            {"A": {"Type": "Wait", "Timestamp": "tomorrow", "End": true}}                           | 'tomorrow' is not a timestamp
            {"A": {"Type": "Fail", "Error": "E", "ErrorPath": "$.e"}}                               | Only one of Error and ErrorPath is allowed
            {"A": {"Type": "Fail", "ErrorPath": "States.Array(1)"}}                                 | 'States.Array(1)' does not give a string
            {"A": {"Type": "Map", "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED"}, "StartAt": "B", "States": {"B": {"Type": "Succeed"}}}, "End": true}} | The Mode 'DISTRIBUTED' is not supported
            {"A": {"Type": "Map", "ToleratedFailureCount": 1, "ItemProcessor": {"StartAt": "B", "States": {"B": {"Type": "Succeed"}}}, "End": true}} | The field 'ToleratedFailureCount' is not supported
            {"A": {"Type": "Map", "ItemProcessor": {"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}, "End": true}} | DUPLICATE_STATE_NAME: Duplicate state name: A
            {"A": {"Type": "Map", "Iterator": {"StartAt": "B", "States": {"B": {"Type": "Succeed"}}}, "End": true}} | The field 'Iterator' is not supported
            {"A": {"Type": "Parallel", "Branches": [], "End": true}}                                | The field 'Branches' must have at least one element
            """)
    void refusesByName(String states, String refusal) {
        String function = "arn:aws:lambda:us-east-1:111111111111:function:Echo";
        String definition = "{\"StartAt\": \"A\", \"States\": " + states.replace("FUNCTION", function) + "}";

        assertThatThrownBy(() -> DefinitionReader.read(definition))
                .isInstanceOf(InvalidDefinition.class)
                .hasMessageStartingWith("Invalid State Machine Definition: '")
                .hasMessageContaining(refusal);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
            {"StartAt": "B", "States": {"A": {"Type": "Succeed"}}}                                | Missing 'Next' target: B at /StartAt
            {"States": {"A": {"Type": "Succeed"}}}                                                | The field 'StartAt' is required but was missing at /
            {"StartAt": "A"}                                                                      | The field 'States' is required but was missing at /
            {"StartAt": "A", "States": {"A": {"Type": "Succeed"}}, "QueryLanguage": "JSONata"}    | The QueryLanguage 'JSONata' is not supported
            {"StartAt": "A", "States": {"A": {"Type": "Succeed"}}, "Version": "2.0"}              | The Version '2.0' is not supported
            {"StartAt": "A", "States": {"A": {"Type": "Succeed"}}, "Owner": "me"}                 | The field 'Owner' is not supported at /
            {"StartAt": "A", "States": {"A": {"Type": "Succeed", "Type": "Fail"}}}                | INVALID_JSON_DESCRIPTION: Duplicate field 'Type'
            {"StartAt": "A",                                                                      | INVALID_JSON_DESCRIPTION
            []                                                                                    | An object is expected at /
            """)
    void refusesMachinesByName(String definition, String refusal) {
        assertThatThrownBy(() -> DefinitionReader.read(definition))
                .isInstanceOf(InvalidDefinition.class)
                .hasMessageContaining(refusal);
    }

    @Test
    void namesAllFaultsAtOnce() {
        String definition =
                """
                {"StartAt": "A", "States": {"A": {"Type": "Pass", "X": 1, "Next": "B"}, "B": {"Type": "Pass", "Y": 2, "End": true}}}
                """;

        assertThatThrownBy(() -> DefinitionReader.read(definition))
                .hasMessageContaining("'X' is not supported at /States/A")
                .hasMessageContaining("'Y' is not supported at /States/B");
    }

    @Test
    void commentsAndVersionsAreNoFaults() {
        String definition =
                """
                {"Comment": "all", "Version": "1.0", "QueryLanguage": "JSONPath", "TimeoutSeconds": 60, "StartAt": "A",
                 "States": {"A": {"Comment": "one", "Type": "Choice", "Choices": [
                   {"Comment": "rule", "Not": {"Comment": "inner", "Variable": "$.a", "IsPresent": true}, "Next": "B"}]},
                   "B": {"Type": "Succeed"}}}
                """;

        assertThatCode(() -> DefinitionReader.read(definition)).doesNotThrowAnyException();
    }
}
