package dev.amishare.request;

import dev.amishare.ami.ImageName;
import dev.amishare.ami.Tags;
import dev.amishare.ami.Targets;
import dev.amishare.json.Json;
import dev.amishare.request.ShareRequest.RegionChoice;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads a request or a profile. Never throws: what is wrong becomes a line with the field's path, what is right is used, so that the
 * rest can still be checked.
 */
public final class RequestParser {
    private static final Pattern IMAGE = Pattern.compile("ami-([0-9a-f]{8}|[0-9a-f]{17})");
    private static final Pattern ACCOUNT = Pattern.compile("\\d{12}");
    private static final Pattern ROLE =
            Pattern.compile("arn:aws[a-z-]*:iam::\\d{12}:role/[\\w+=,.@/-]{0,511}[\\w+=,.@-]");
    private static final Pattern ORGANIZATION =
            Pattern.compile("arn:aws[a-z-]*:organizations::\\d{12}:organization/o-[a-z0-9]{10,32}");
    private static final Pattern UNIT = Pattern.compile(
            "arn:aws[a-z-]*:organizations::\\d{12}:ou/o-[a-z0-9]{10,32}/ou-[a-z0-9]{4,32}-[a-z0-9]{8,32}");
    private static final Pattern REGION = Pattern.compile("[a-z]{2}(-[a-z]+)+-\\d{1,2}");
    private static final String KEY_ID = "([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|mrk-[0-9a-f]{32})";
    private static final String ALIAS = "alias/[a-zA-Z0-9/_-]{1,250}";
    private static final Pattern KEY = Pattern.compile(
            KEY_ID + "|" + ALIAS + "|arn:aws[a-z-]*:kms:[a-z0-9-]+:\\d{12}:(" + ALIAS + "|key/" + KEY_ID + ")");
    private static final Pattern PROFILE = Pattern.compile("[a-zA-Z0-9_.-]{1,128}");
    private static final Pattern INSTANCE_TYPE = Pattern.compile("[a-z0-9-]{1,32}\\.[a-z0-9-]{1,32}");
    private static final Pattern CONTROL_CHARACTER = Pattern.compile("\\p{Cc}");
    private static final int LONGEST_QUOTE = 60;
    /** Put into the input by a state machine that starts this one, so that the console links the two; says nothing of the share. */
    private static final String STARTED_BY = "AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID";

    private final String prefix;
    private final Faults faults;

    private RequestParser(String prefix, Faults faults) {
        this.prefix = prefix;
        this.faults = faults;
    }

    /** Reads what a person or a pipeline asks for. */
    public static ShareRequest request(Json json, Faults faults) {
        return new RequestParser("", faults).parse(json, true);
    }

    /**
     * Reads a profile.
     *
     * @param where the parameter that holds it, for the lines
     */
    public static ShareRequest profile(Json json, String where, Faults faults) {
        return new RequestParser(where + ": ", faults).parse(json, false);
    }

    /** The image id, if it is well formed. */
    static Optional<String> imageId(String text) {
        return Optional.of(text).filter(IMAGE.asMatchPredicate());
    }

    /** The name of a profile, if it is well formed. */
    static Optional<String> profileName(String text) {
        return Optional.of(text).filter(PROFILE.asMatchPredicate());
    }

    private ShareRequest parse(Json json, boolean isRequest) {
        Fields fields = fields("", json);
        String image = null;
        String profile = null;
        if (isRequest) {
            fields.take(STARTED_BY);
            Optional<Json> given = fields.take("sourceImageId");
            image = given.isPresent()
                    ? matching("sourceImageId", given.get(), IMAGE, "an image id such as ami-0123456789abcdef0")
                    : missing("sourceImageId", "name the image to share, such as ami-0123456789abcdef0");
            profile = fields.take("profile")
                    .map(value -> matching("profile", value, PROFILE, "the name of a profile: letters, digits and _.-"))
                    .orElse(null);
        }
        ShareRequest request = new ShareRequest(
                image,
                profile,
                fields.take("kmsKeyId").map(value -> key("kmsKeyId", value)).orElse(null),
                fields.take("targets").map(this::targets).orElse(Targets.NONE),
                fields.take("regions").map(this::regions).orElse(List.of()),
                fields.take("name").map(this::name).orElse(null),
                fields.take("tags").map(this::tags).orElse(Map.of()),
                fields.take("shareSnapshots")
                        .map(value -> bool("shareSnapshots", value))
                        .orElse(null),
                List.of(),
                null);
        ShareRequest whole =
                fields.take("verify").map(value -> verify(request, value)).orElse(request);
        fields.refuseOthers();
        if (whole.namesKeyInVain() && !faults.mention("regions")) {
            invalid(
                    "kmsKeyId",
                    "'" + whole.kmsKeyId() + "' would be used nowhere, since each of regions names another key: leave "
                            + "one of the two out");
        }
        return whole;
    }

    private Targets targets(Json json) {
        Fields fields = fields("targets", json);
        Targets targets = new Targets(
                list(
                        fields,
                        "targets.accounts",
                        (path, value) -> matching(path, value, ACCOUNT, "a string of twelve digits")),
                list(
                        fields,
                        "targets.roles",
                        (path, value) -> matching(
                                path,
                                value,
                                ROLE,
                                "the ARN of a role such as arn:aws:iam::333333333333:role/Launcher")),
                list(
                        fields,
                        "targets.organizations",
                        (path, value) -> matching(
                                path,
                                value,
                                ORGANIZATION,
                                "the ARN of an organization such as arn:aws:organizations::111111111111:organization/o-example1234")),
                list(
                        fields,
                        "targets.organizationalUnits",
                        (path, value) -> matching(
                                path,
                                value,
                                UNIT,
                                "the ARN of a unit such as arn:aws:organizations::111111111111:ou/o-example1234/ou-ab12-cdefgh34")));
        fields.refuseOthers();
        return targets;
    }

    private List<RegionChoice> regions(Json json) {
        List<RegionChoice> regions = new ArrayList<>();
        Set<String> seen = new LinkedHashSet<>();
        int i = 0;
        for (Json item : items("regions", json)) {
            String path = "regions[" + i++ + "]";
            if (!(item instanceof Json.Obj)) {
                wrong(path, "an object", item);
                continue;
            }
            Fields fields = fields(path, item);
            Optional<Json> given = fields.take("region");
            String region = given.isPresent()
                    ? matching(path + ".region", given.get(), REGION, "a Region such as eu-west-1")
                    : missing(path + ".region", "name a Region such as eu-west-1");
            String key = fields.take("kmsKeyId")
                    .map(value -> key(path + ".kmsKeyId", value))
                    .orElse(null);
            fields.refuseOthers();
            if (region != null && !seen.add(region)) {
                invalid(path + ".region", "'" + region + "' stands twice: name each Region once, with one key");
            } else if (region != null) {
                regions.add(new RegionChoice(region, key));
            }
        }
        if (i == 0 && json instanceof Json.Arr) {
            invalid("regions", "is empty: name a Region, or leave it out for the Region of the deployment");
        }
        return regions;
    }

    private @Nullable String name(Json json) {
        String name = string("name", json);
        if (name == null || ImageName.isValid(name)) {
            return name;
        }
        invalid("name", "must be 3 to 128 letters, digits, blanks and ()[]./-'@_, not " + quote(name));
        return null;
    }

    private Map<String, String> tags(Json json) {
        if (!(json instanceof Json.Obj object)) {
            wrong("tags", "an object", json);
            return Map.of();
        }
        Map<String, String> tags = new LinkedHashMap<>();
        object.fields().forEach((key, json1) -> {
            String path = "tags." + shown(key);
            String value = string(path, json1);
            if (Tags.isReserved(key)) {
                invalid(path, "tags beginning with 'aws:' or 'ami-share:' are reserved: choose another key");
            } else if (key.isBlank() || key.length() > 128 || hasControlCharacter(key)) {
                invalid(path, "the key of a tag must be 1 to 128 characters, none of them a control character");
            } else if (value != null && (value.length() > 256 || hasControlCharacter(value))) {
                invalid(path, "the value of a tag must be up to 256 characters, none of them a control character");
            } else if (value != null) {
                tags.put(key, value);
            }
        });
        return tags;
    }

    private ShareRequest verify(ShareRequest request, Json json) {
        Fields fields = fields("verify", json);
        List<String> types = list(
                fields,
                "verify.instanceTypes",
                (path, value) -> matching(path, value, INSTANCE_TYPE, "an instance type such as t3.micro"));
        Boolean canary =
                fields.take("canary").map(value -> bool("verify.canary", value)).orElse(null);
        Boolean proof = fields.take("requireProof")
                .map(value -> bool("verify.requireProof", value))
                .orElse(null);
        fields.refuseOthers();
        if (Boolean.TRUE.equals(canary)) {
            invalid("verify.canary", "this deployment has no canary role: leave it out or set it to false");
        }
        return new ShareRequest(
                request.sourceImageId(),
                request.profile(),
                request.kmsKeyId(),
                request.targets(),
                request.regions(),
                request.name(),
                request.tags(),
                request.shareSnapshots(),
                types,
                proof);
    }

    private @Nullable String key(String path, Json json) {
        if (json instanceof Json.Str text
                && text.value().startsWith("key/")
                && text.value().length() > 4) {
            invalid(
                    path,
                    "must be the key's id alone, " + quote(text.value().substring("key/".length()))
                            + ", or its ARN, not " + quote(text.value()));
            return null;
        }
        return matching(path, json, KEY, "a key id, an alias such as alias/ami-share, or the ARN of either");
    }

    private @Nullable String matching(String path, Json json, Pattern pattern, String wanted) {
        String text = string(path, json, wanted);
        if (text == null || pattern.matcher(text).matches()) {
            return text;
        }
        invalid(path, "must be " + wanted + ", not " + quote(text));
        return null;
    }

    private @Nullable String string(String path, Json json) {
        return string(path, json, "a string");
    }

    private @Nullable String string(String path, Json json, String wanted) {
        if (json instanceof Json.Str string) {
            return string.value();
        }
        wrong(path, wanted, json);
        return null;
    }

    private @Nullable Boolean bool(String path, Json json) {
        if (json instanceof Json.Bool bool) {
            return bool.value();
        }
        wrong(path, "true or false", json);
        return null;
    }

    /** The well-formed items of a list, each once: a repetition asks for nothing more. */
    private List<String> list(Fields fields, String path, ItemReader reader) {
        Set<String> values = new LinkedHashSet<>();
        fields.take(path.substring(path.lastIndexOf('.') + 1)).ifPresent(json -> {
            int i = 0;
            for (Json item : items(path, json)) {
                String value = reader.read(path + "[" + i++ + "]", item);
                if (value != null) {
                    values.add(value);
                }
            }
        });
        return List.copyOf(values);
    }

    private interface ItemReader {
        @Nullable
        String read(String path, Json item);
    }

    private List<Json> items(String path, Json json) {
        if (json instanceof Json.Arr array) {
            return array.items();
        }
        wrong(path, "a list", json);
        return List.of();
    }

    private Fields fields(String path, Json json) {
        if (json instanceof Json.Obj object) {
            return new Fields(path, new LinkedHashMap<>(object.fields()));
        }
        wrong(path.isEmpty() ? "the whole" : path, "an object", json);
        return new Fields(path, new LinkedHashMap<>());
    }

    private @Nullable String missing(String path, String advice) {
        invalid(path, "missing: " + advice);
        return null;
    }

    private void wrong(String path, String wanted, Json json) {
        invalid(path, "must be " + wanted + ", not " + json.kind());
    }

    private void invalid(String path, String what) {
        faults.invalid(prefix + path + ": " + what);
    }

    private static boolean hasControlCharacter(String text) {
        return CONTROL_CHARACTER.matcher(text).find();
    }

    /** What was given, fit for a message: on one line and not too long. */
    static String quote(String text) {
        return "'" + shown(text) + "'";
    }

    private static String shown(String text) {
        String clean = CONTROL_CHARACTER.matcher(text).replaceAll("?");
        return clean.length() <= LONGEST_QUOTE ? clean : clean.substring(0, LONGEST_QUOTE) + "…";
    }

    /** The fields of an object that nobody has asked for yet. */
    private final class Fields {
        private final String path;
        private final Map<String, Json> left;

        private Fields(String path, Map<String, Json> left) {
            this.path = path;
            this.left = left;
        }

        private Optional<Json> take(String name) {
            return Optional.ofNullable(left.remove(name));
        }

        private void refuseOthers() {
            left.keySet()
                    .forEach(name -> invalid(
                            path.isEmpty() ? shown(name) : path + "." + shown(name),
                            "unknown field: correct or remove it"));
        }
    }
}
