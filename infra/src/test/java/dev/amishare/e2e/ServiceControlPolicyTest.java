package dev.amishare.e2e;

import static dev.amishare.e2e.Pipeline.REGION;
import static dev.amishare.e2e.Pipeline.SOURCE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.amishare.ami.ManagedTags;
import dev.awssandbox.Caller;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.Ec2Exception;
import software.amazon.awssdk.services.ec2.model.Tag;

/**
 * docs/service-control-policy.json. The sandbox has no such policies; they only deny here, and a role's own policy denies in the same
 * way.
 */
final class ServiceControlPolicyTest {
    private static final Path POLICY = Path.of("../docs/service-control-policy.json");

    @Test
    void leavesTheTagsOfOthersToWhoeverMayWriteThem() {
        try (Pipeline pipeline = Pipeline.deployed()) {
            assertThat(tagged(pipeline, "Developer", "team")).isEqualTo("done");
        }
    }

    @Test
    void letsNobodyElseWriteOurTags() throws IllegalAccessException {
        try (Pipeline pipeline = Pipeline.deployed()) {
            for (String role : List.of("Developer", "ImagePublisher")) {
                for (String key : ourTags()) {
                    boolean may = key.equals(ManagedTags.PROFILE) && role.equals("ImagePublisher");
                    assertThat(tagged(pipeline, role, key))
                            .as(role + " " + key)
                            .isEqualTo(may ? "done" : "UnauthorizedOperation");
                }
            }
        }
    }

    @Test
    void letsOurRolesWriteThem() {
        try (Pipeline pipeline = Pipeline.deployed()) {
            assertThat(tagged(pipeline, "AmiShare-OneOfItsRoles", ManagedTags.MANAGED))
                    .isEqualTo("done");
        }
    }

    private static List<String> ourTags() throws IllegalAccessException {
        List<String> keys = new ArrayList<>(List.of("ami-share:ledger", "ami-share:status"));
        for (var field : ManagedTags.class.getFields()) {
            String key = (String) field.get(null);
            if (!key.equals(ManagedTags.PREFIX)) {
                keys.add(key);
            }
        }
        return keys;
    }

    /** A tag that stands beside another, on a source image, by a role that may do everything else. */
    private static String tagged(Pipeline pipeline, String name, String key) {
        String arn = "arn:aws:iam::" + SOURCE + ":role/" + name;
        if (pipeline.cloud().iam().roleId(arn).isEmpty()) {
            pipeline.administratorRole(SOURCE, name);
        }
        pipeline.cloud().iam().client(Caller.administrator(SOURCE), REGION).putRolePolicy(r -> r.roleName(name)
                .policyName("service-control")
                .policyDocument(policy()));
        String id = pipeline.cloud().iam().roleId(arn).orElseThrow();
        try {
            pipeline.cloud()
                    .ec2()
                    .client(Caller.roleSession(arn, id, "test"), REGION)
                    .createTags(r -> r.resources(pipeline.load("ubuntu"))
                            .tags(Stream.of(key, "colour")
                                    .map(k -> Tag.builder().key(k).value("x").build())
                                    .toList()));
            return "done";
        } catch (Ec2Exception e) {
            return e.awsErrorDetails().errorCode();
        }
    }

    private static String policy() {
        try {
            return Files.readString(POLICY);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
