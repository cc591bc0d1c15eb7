package dev.awssandbox.lambda;

import dev.awssandbox.Caller;
import java.util.concurrent.CompletionException;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;
import software.amazon.awssdk.services.lambda.model.GetFunctionConfigurationRequest;
import software.amazon.awssdk.services.lambda.model.GetFunctionConfigurationResponse;
import software.amazon.awssdk.services.lambda.model.InvokeRequest;
import software.amazon.awssdk.services.lambda.model.InvokeResponse;
import software.amazon.awssdk.services.lambda.model.ListFunctionsRequest;
import software.amazon.awssdk.services.lambda.model.ListFunctionsResponse;

/** Lambda as one caller sees it in one Region. */
final class FunctionsClient implements LambdaClient {
    private final Functions functions;
    private final Caller caller;
    private final String region;

    FunctionsClient(Functions functions, Caller caller, String region) {
        this.functions = functions;
        this.caller = caller;
        this.region = region;
    }

    @Override
    public InvokeResponse invoke(InvokeRequest request) {
        try {
            return functions.invoke(caller, region, request).join();
        } catch (CompletionException e) {
            throw new IllegalStateException("an invocation that cannot fail failed", e);
        }
    }

    @Override
    public ListFunctionsResponse listFunctions(ListFunctionsRequest request) {
        functions.require(caller, "lambda:ListFunctions", "*");
        return ListFunctionsResponse.builder()
                .functions(functions.list(caller.account(), region).stream()
                        .map(FunctionsClient::configuration)
                        .toList())
                .build();
    }

    @Override
    public GetFunctionConfigurationResponse getFunctionConfiguration(GetFunctionConfigurationRequest request) {
        FunctionSpec spec = functions.describe(Functions.arn(request.functionName(), caller.account(), region));
        functions.require(caller, "lambda:GetFunctionConfiguration", spec.arn());
        FunctionConfiguration configuration = configuration(spec);
        return GetFunctionConfigurationResponse.builder()
                .functionName(configuration.functionName())
                .functionArn(configuration.functionArn())
                .handler(configuration.handler())
                .role(configuration.role())
                .timeout(configuration.timeout())
                .memorySize(configuration.memorySize())
                .build();
    }

    private static FunctionConfiguration configuration(FunctionSpec spec) {
        return FunctionConfiguration.builder()
                .functionName(spec.name())
                .functionArn(spec.arn())
                .handler(spec.handler())
                .role(spec.roleArn())
                .timeout((int) spec.timeout().toSeconds())
                .memorySize(spec.memoryMiB())
                .build();
    }

    @Override
    public String serviceName() {
        return SERVICE_NAME;
    }

    @Override
    public void close() {}
}
