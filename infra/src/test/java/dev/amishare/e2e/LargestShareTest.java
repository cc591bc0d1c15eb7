package dev.amishare.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The most that is accepted arrives; what is larger is refused with nothing written, and never after a commit. */
final class LargestShareTest {
    private static final List<String> REGIONS = List.of(
            "us-east-1",
            "us-east-2",
            "us-west-1",
            "us-west-2",
            "eu-west-1",
            "eu-west-2",
            "eu-west-3",
            "eu-central-1",
            "eu-north-1",
            "ap-northeast-1");
    private static final Pattern BYTES =
            Pattern.compile("would have ([\\d,]+) bytes, and Step Functions carries ([\\d,]+)");

    @Tag("long")
    @Test
    void theMostThatIsAcceptedIsSharedAndOneTargetMoreIsRefused() {
        try (Pipeline pipeline = Pipeline.lettingName(600)) {
            String image = pipeline.load("ubuntu");
            REGIONS.forEach(region -> withShareKey(pipeline, region));

            Share tooLarge = pipeline.shareWith(request(image, 450));
            int most = 450 - tooMany(tooLarge);
            Share oneMore = pipeline.shareWith(request(image, most + 1));
            assertThat(oneMore.error()).isEqualTo("dev.amishare.error.NotShareable");
            assertThat(oneMore.states()).containsExactly("PlanShare");
            assertThat(pipeline.ledger()).isEmpty();
            assertThat(REGIONS).allSatisfy(region -> assertThat(pipeline.sharedImages(region))
                    .isEmpty());

            Share share = pipeline.shareWith(request(image, most));

            assertThat(share.status()).as(share.why()).isEqualTo("SUCCEEDED");
            assertThat(share.output().path("images")).hasSize(REGIONS.size());
            for (JsonNode shared : share.output().path("images")) {
                assertThat(shared.path("targets")).hasSize(most);
            }
            System.out.printf(
                    "the largest share: %d targets in %d Regions, a result of %,d bytes%n",
                    most, REGIONS.size(), share.execution().output().getBytes(StandardCharsets.UTF_8).length);
        }
    }

    /** By how many targets a refused request was too large, from the bytes that the refusal names. */
    private static int tooMany(Share refused) {
        Matcher bytes = BYTES.matcher(refused.cause());
        assertThat(bytes.find()).as(refused.why()).isTrue();
        int excess = number(bytes.group(1)) - number(bytes.group(2));
        int eachTarget = REGIONS.size() * (12 + 53) + 15;
        return (excess + eachTarget - 1) / eachTarget;
    }

    private static int number(String text) {
        return Integer.parseInt(text.replace(",", ""));
    }

    private static void withShareKey(Pipeline pipeline, String region) {
        if (!region.equals(Pipeline.REGION)) {
            String key = pipeline.key(region);
            pipeline.kms(Pipeline.SOURCE, region)
                    .createAlias(r -> r.aliasName("alias/ami-share").targetKeyId(key));
        }
    }

    private static String request(String image, int targets) {
        ObjectNode request = new ObjectMapper().createObjectNode().put("sourceImageId", image);
        var accounts = request.putObject("targets").putArray("accounts");
        IntStream.range(0, targets).forEach(i -> accounts.add(String.valueOf(300_000_000_000L + i)));
        var regions = request.putArray("regions");
        REGIONS.forEach(region -> regions.addObject().put("region", region));
        return request.toString();
    }
}
