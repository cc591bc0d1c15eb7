package dev.awssandbox.ssm;

import dev.awssandbox.Caller;
import dev.awssandbox.ssm.Ssm.Stored;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ssm.SsmClient;
import software.amazon.awssdk.services.ssm.model.DeleteParameterRequest;
import software.amazon.awssdk.services.ssm.model.DeleteParameterResponse;
import software.amazon.awssdk.services.ssm.model.GetParameterRequest;
import software.amazon.awssdk.services.ssm.model.GetParameterResponse;
import software.amazon.awssdk.services.ssm.model.GetParametersByPathRequest;
import software.amazon.awssdk.services.ssm.model.GetParametersByPathResponse;
import software.amazon.awssdk.services.ssm.model.GetParametersRequest;
import software.amazon.awssdk.services.ssm.model.GetParametersResponse;
import software.amazon.awssdk.services.ssm.model.Parameter;
import software.amazon.awssdk.services.ssm.model.ParameterAlreadyExistsException;
import software.amazon.awssdk.services.ssm.model.ParameterNotFoundException;
import software.amazon.awssdk.services.ssm.model.ParameterTier;
import software.amazon.awssdk.services.ssm.model.ParameterType;
import software.amazon.awssdk.services.ssm.model.PutParameterRequest;
import software.amazon.awssdk.services.ssm.model.PutParameterResponse;
import software.amazon.awssdk.services.ssm.model.SsmException;

/** Parameters as one caller sees them in one Region. */
final class ParametersClient implements SsmClient {
    /** What a parameter of the standard tier holds. */
    private static final int LONGEST_VALUE = 4096;

    private static final int PAGE = 10;

    private final Ssm service;
    private final Caller caller;
    private final String region;

    ParametersClient(Ssm service, Caller caller, String region) {
        this.service = service;
        this.caller = caller;
        this.region = region;
    }

    @Override
    public GetParameterResponse getParameter(GetParameterRequest request) {
        return service.locked(() -> {
            String name = plain(request.name());
            service.require(caller, "GetParameter", arn(name));
            Stored found = find(name).orElseThrow(() -> notFound());
            return GetParameterResponse.builder().parameter(shown(found)).build();
        });
    }

    @Override
    public GetParametersResponse getParameters(GetParametersRequest request) {
        return service.locked(() -> {
            List<Parameter> found = new ArrayList<>();
            List<String> missing = new ArrayList<>();
            for (String asked : request.names()) {
                String name = plain(asked);
                service.require(caller, "GetParameters", arn(name));
                find(name).ifPresentOrElse(stored -> found.add(shown(stored)), () -> missing.add(asked));
            }
            return GetParametersResponse.builder()
                    .parameters(found)
                    .invalidParameters(missing)
                    .build();
        });
    }

    @Override
    public GetParametersByPathResponse getParametersByPath(GetParametersByPathRequest request) {
        return service.locked(() -> {
            String path = request.path().endsWith("/") ? request.path() : request.path() + "/";
            service.require(caller, "GetParametersByPath", arn(path.substring(0, path.length() - 1)));
            boolean recursive = Boolean.TRUE.equals(request.recursive());
            @Nullable String after = request.nextToken();
            int limit = Objects.requireNonNullElse(request.maxResults(), PAGE);
            List<Stored> found = service.parameters().values().stream()
                    .filter(stored -> find(stored.name()).filter(stored::equals).isPresent())
                    .filter(stored -> stored.name().startsWith(path))
                    .filter(stored -> recursive || stored.name().indexOf('/', path.length()) < 0)
                    .filter(stored -> after == null || stored.name().compareTo(after) > 0)
                    .toList();
            boolean more = found.size() > limit;
            List<Stored> page = more ? found.subList(0, limit) : found;
            return GetParametersByPathResponse.builder()
                    .parameters(page.stream().map(this::shown).toList())
                    .nextToken(more ? page.get(limit - 1).name() : null)
                    .build();
        });
    }

    @Override
    public PutParameterResponse putParameter(PutParameterRequest request) {
        return service.locked(() -> {
            String name = request.name();
            service.require(caller, "PutParameter", arn(name));
            requireValid(request);
            Optional<Stored> before = find(name);
            if (before.isPresent() && !Boolean.TRUE.equals(request.overwrite())) {
                throw Ssm.error(
                        ParameterAlreadyExistsException.class,
                        ParameterAlreadyExistsException.builder(),
                        "ParameterAlreadyExists",
                        "The parameter already exists. To overwrite this value, set the overwrite option in the request to true.");
            }
            ParameterType type = request.type() == null
                    ? before.map(Stored::type).orElseThrow(() -> invalid("A parameter type is required"))
                    : request.type();
            long version = before.map(Stored::version).orElse(0L) + 1;
            service.parameters().put(key(name), new Stored(name, type, request.value(), version, service.now()));
            return PutParameterResponse.builder()
                    .version(version)
                    .tier(ParameterTier.STANDARD)
                    .build();
        });
    }

    @Override
    public DeleteParameterResponse deleteParameter(DeleteParameterRequest request) {
        return service.locked(() -> {
            service.require(caller, "DeleteParameter", arn(request.name()));
            if (service.parameters().remove(key(request.name())) == null) {
                throw notFound();
            }
            return DeleteParameterResponse.builder().build();
        });
    }

    private static void requireValid(PutParameterRequest request) {
        if (request.type() == ParameterType.SECURE_STRING || request.keyId() != null) {
            throw invalid("The sandbox keeps parameters of the types String and StringList, not SecureString");
        }
        if (request.tier() != null && request.tier() != ParameterTier.STANDARD) {
            throw invalid("The sandbox keeps parameters of the standard tier only");
        }
        if (!request.name().matches("/?[a-zA-Z0-9_.-]+(/[a-zA-Z0-9_.-]+)*")) {
            throw invalid(
                    "Parameter name: can't be prefixed with \"ssm\" (case-insensitive). If formed as a path, it can consist of"
                            + " sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the"
                            + " following 3 symbols .-_");
        }
        if (request.value().isEmpty() || request.value().length() > LONGEST_VALUE) {
            throw invalid("Standard tier parameters support a maximum parameter value of " + LONGEST_VALUE
                    + " characters, and at least one.");
        }
    }

    private Optional<Stored> find(String name) {
        return Optional.ofNullable(service.parameters().get(key(name)));
    }

    private String key(String name) {
        return caller.account() + " " + region + " " + name;
    }

    private Parameter shown(Stored stored) {
        return Parameter.builder()
                .name(stored.name())
                .type(stored.type())
                .value(stored.value())
                .version(stored.version())
                .lastModifiedDate(stored.modified())
                .arn(arn(stored.name()))
                .dataType("text")
                .build();
    }

    private String arn(String name) {
        return "arn:aws:ssm:" + region + ":" + caller.account() + ":parameter"
                + (name.startsWith("/") ? name : "/" + name);
    }

    /** A parameter may be asked for by its ARN. */
    private String plain(String nameOrArn) {
        if (!nameOrArn.startsWith("arn:")) {
            return nameOrArn;
        }
        String own = arn("");
        if (!nameOrArn.startsWith(own)) {
            throw notFound();
        }
        String path = nameOrArn.substring(own.length() - 1);
        return find(path).isPresent() ? path : path.substring(1);
    }

    private static ParameterNotFoundException notFound() {
        return Ssm.error(
                ParameterNotFoundException.class, ParameterNotFoundException.builder(), "ParameterNotFound", "");
    }

    private static SsmException invalid(String message) {
        return Ssm.error(SsmException.class, SsmException.builder(), "ValidationException", message);
    }

    @Override
    public String serviceName() {
        return SERVICE_NAME;
    }

    @Override
    public void close() {}
}
