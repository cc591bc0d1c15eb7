package dev.awssandbox.wire;

import dev.awssandbox.Caller;
import dev.awssandbox.Cloud;
import dev.awssandbox.Faults;
import dev.awssandbox.Regions;
import dev.awssandbox.lambda.RunningFunction;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.SdkClient;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.services.lambda.model.InvokeRequest;
import software.amazon.awssdk.services.sts.model.AssumeRoleResponse;

/**
 * Answers API calls: who calls, what is asked, whether it goes wrong on purpose, what the service says; each is written into the call
 * log. A running function's call waits for its turn, which the kernel decides; everybody else's is answered at once.
 */
final class Dispatcher {
    private final Cores cores;

    Dispatcher(Cores cores) {
        this.cores = cores;
    }

    /** Where the core of a service is found. */
    @FunctionalInterface
    interface Cores {
        SdkClient of(Service service, Cloud cloud, Caller caller, String region);
    }

    /**
     * What becomes of a call.
     *
     * @param answer comes later only for an invocation, which takes its time outside of the lock
     * @param reachesCaller false where the connection closes instead
     */
    record Outcome(CompletableFuture<Answer> answer, boolean reachesCaller) {}

    /**
     * Does what is asked.
     *
     * @throws dev.awssandbox.kernel.Kernel.RunGone if the caller is a function that is gone
     */
    Outcome dispatch(Cloud cloud, Service service, CredentialScope scope, Request request) {
        Optional<RunningFunction> function = cloud.functions().byAccessKey(scope.accessKeyId());
        Supplier<Outcome> body = () -> answer(cloud, service, scope, request, function);
        return function.isPresent()
                ? cloud.kernel().call(function.get().run(), body)
                : cloud.kernel().locked(body);
    }

    private Outcome answer(
            Cloud cloud, Service service, CredentialScope scope, Request request, Optional<RunningFunction> function) {
        String requestId = requestId(cloud);
        Protocol protocol = service.protocol();
        Optional<Caller> caller = cloud.iam().callerOf(scope.accessKeyId());
        @Nullable String label = function.map(RunningFunction::label).orElse(null);
        String action = "";
        Optional<Faults.Kind> fault = Optional.empty();
        CompletableFuture<SdkPojo> response;
        try {
            action = protocol.action(request);
            Caller known = caller.orElseThrow(protocol::unknownAccessKey);
            refuseUnlessServed(cloud, service, known, scope.region());
            fault = cloud.faults().next(service.signingName(), action, label);
            refuseIf(fault, service, known, action);
            response = perform(cloud, service, known, scope, action, request);
        } catch (RuntimeException e) {
            response = CompletableFuture.failedFuture(e);
        }
        String name = action;
        CompletableFuture<Answer> answer = response.thenApply(done -> protocol.answer(name, done, requestId))
                .exceptionally(e -> protocol.refusal(refusalOf(e), requestId))
                .thenApply(a -> {
                    cloud.calls()
                            .add(
                                    caller.map(Caller::arn).orElse(scope.accessKeyId()),
                                    caller.map(Caller::account).orElse(""),
                                    scope.region(),
                                    service.signingName(),
                                    name,
                                    a.status(),
                                    a.error(),
                                    label,
                                    function.map(RunningFunction::requestId).orElse(null));
                    return a;
                });
        if (fault.equals(Optional.of(Faults.Kind.KILL))) {
            function.ifPresent(cloud.functions()::kill);
        }
        return new Outcome(answer, fault.filter(Dispatcher::closesConnection).isEmpty());
    }

    /**
     * In a Region that the account has not opted in to, and in another partition, nobody knows its credentials. A Region that does not
     * exist has no endpoint, so that an SDK would fail to resolve its name; but the sandbox is one endpoint, which is there, and says what
     * those of AWS say of a signature for a Region that is not theirs.
     */
    private static void refuseUnlessServed(Cloud cloud, Service service, Caller caller, String region) {
        if (service.isGlobal()) {
            return;
        }
        Regions.Status status = cloud.regions().of(caller.account(), region).orElseThrow(() -> service.protocol()
                .unknownRegion(region));
        if (!status.isEnabled()) {
            throw service.protocol().unknownAccessKey();
        }
    }

    private static String requestId(Cloud cloud) {
        return new UUID(
                        cloud.kernel().random().nextLong(),
                        cloud.kernel().random().nextLong())
                .toString();
    }

    private static void refuseIf(Optional<Faults.Kind> fault, Service service, Caller caller, String action) {
        fault.ifPresent(kind -> {
            switch (kind) {
                case THROTTLE -> throw service.protocol().throttled();
                case ERROR500 -> throw new Refusal(500, "InternalError", "An internal error has occurred");
                case DENY -> throw service.denied(caller, action);
                case DROP_RESPONSE, KILL -> {}
            }
        });
    }

    private static boolean closesConnection(Faults.Kind fault) {
        return fault == Faults.Kind.DROP_RESPONSE || fault == Faults.Kind.KILL;
    }

    private CompletableFuture<SdkPojo> perform(
            Cloud cloud, Service service, Caller caller, CredentialScope scope, String name, Request request) {
        Action action =
                service.action(name).orElseThrow(() -> service.protocol().unknownAction(name));
        SdkPojo builder = action.newRequest();
        service.protocol().read(request, builder);
        SdkPojo built = Pojos.build(builder);
        if (built instanceof InvokeRequest invocation) {
            return cloud.functions().invoke(caller, scope.region(), invocation).thenApply(response -> response);
        }
        try {
            SdkPojo response = action.invoke(cores.of(service, cloud, caller, scope.region()), built);
            if (response instanceof AssumeRoleResponse assumed) {
                cloud.functions()
                        .assumed(scope.accessKeyId(), assumed.credentials().accessKeyId());
            }
            return CompletableFuture.completedFuture(response);
        } catch (Action.NotImplemented e) {
            throw service.protocol().unknownAction(name);
        }
    }

    private static Refusal refusalOf(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof Refusal refusal) {
            return refusal;
        }
        if (cause instanceof AwsServiceException e) {
            return Refusal.of(e);
        }
        if (cause instanceof UnsupportedOperationException && cause.getMessage() != null) {
            // An action that is known, asked for something that is not.
            return new Refusal(400, "UnsupportedOperation", "Not in the sandbox: " + cause.getMessage());
        }
        // A fault of the sandbox itself: said on the console, so that nobody takes it for something that AWS would do.
        cause.printStackTrace();
        return new Refusal(500, "InternalFailure", "The sandbox failed: " + cause);
    }
}
