package dev.amishare.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.amishare.error.InvalidRequest;
import dev.amishare.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Hostile input: whatever comes, it is read, or refused as {@link InvalidRequest}. */
final class RequestParserPropertiesTest {
    private static final List<String> NAMES = List.of(
            "sourceImageId",
            "kmsKeyId",
            "targets",
            "regions",
            "name",
            "tags",
            "shareSnapshots",
            "verify",
            "profile",
            "accounts",
            "roles",
            "organizations",
            "organizationalUnits",
            "region",
            "canary",
            "instanceTypes",
            "requireProof",
            "detail-type",
            "source",
            "resources",
            "detail",
            "service",
            "resource-type",
            "changed-tag-keys",
            "ami-share:profile",
            "aws:x",
            "",
            "x\u0000\n");
    private static final List<String> VALUES = List.of(
            "ami-0123456789abcdef0",
            "222222222222",
            "alias/x",
            "us-east-1",
            "t3.micro",
            "golden",
            "ec2",
            "image",
            "Tag Change on Resource",
            "aws.tag",
            "ami-share:profile",
            "arn:aws:iam::333333333333:role/Launcher",
            "arn:aws:iam::333333333333:role/*",
            "*",
            "",
            "\u0007\r\n",
            "\ud800",
            "設定".repeat(200),
            "$.x",
            "../..");

    @Property(tries = 20_000)
    void parsingNeverEndsInAnythingButInvalidRequest(@ForAll long seed) {
        Faults faults = new Faults();
        ShareRequest request = RequestParser.request(anything(new SplittableRandom(seed), 5), faults);
        Throwable thrown = catchThrowable(faults::throwIfAny);
        if (thrown == null) {
            assertThat(request.sourceImageId()).matches("ami-[0-9a-f]{8,17}");
            assertThat(request.targets().accounts()).allMatch(account -> account.matches("\\d{12}"));
        } else {
            assertThat(thrown).isExactlyInstanceOf(InvalidRequest.class);
            assertThat(thrown.getMessage()).doesNotMatch("(?s).*[\\x00-\\x09\\x0b-\\x1f].*");
        }
    }

    @Property(tries = 20_000)
    void eventsAreReadOrRefusedLikewise(@ForAll long seed) {
        Faults faults = new Faults();
        TagEvent.request(anything(new SplittableRandom(seed), 5), "us-east-1", faults);
        Throwable thrown = catchThrowable(faults::throwIfAny);
        assertThat(thrown == null || thrown instanceof InvalidRequest).isTrue();
    }

    /** Mostly objects whose fields have known names and values of any type. */
    private static Json anything(SplittableRandom random, int depth) {
        return switch (depth == 0 ? 4 + random.nextInt(4) : random.nextInt(8)) {
            case 0, 1, 2 -> object(random, depth);
            case 3 -> array(random, depth);
            case 4 -> new Json.Num(random.nextBoolean() ? "1e999999999" : Long.toString(random.nextLong()));
            case 5 -> random.nextBoolean() ? Json.of(random.nextBoolean()) : Json.Nil.NULL;
            default -> Json.of(any(random, VALUES));
        };
    }

    private static Json object(SplittableRandom random, int depth) {
        Map<String, Json> fields = new LinkedHashMap<>();
        for (int i = random.nextInt(8); i > 0; i--) {
            fields.put(any(random, NAMES), anything(random, depth - 1));
        }
        return new Json.Obj(fields);
    }

    private static Json array(SplittableRandom random, int depth) {
        List<Json> items = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            items.add(anything(random, depth - 1));
        }
        return new Json.Arr(items);
    }

    private static String any(SplittableRandom random, List<String> choices) {
        return choices.get(random.nextInt(choices.size()));
    }
}
