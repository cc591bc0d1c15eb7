package dev.awssandbox;

import dev.awssandbox.kernel.Kernel;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The Regions of AWS by partition, and who has opted in to those that ask for it. The sandbox is the partition {@code aws}; accounts of
 * it are unknown in every other one.
 */
public final class Regions {
    /** The partition that the sandbox serves. */
    public static final String PARTITION = "aws";

    /** Enabled in every account. */
    private static final List<String> FOR_EVERYBODY = List.of(
            "ap-northeast-1",
            "ap-northeast-2",
            "ap-northeast-3",
            "ap-south-1",
            "ap-southeast-1",
            "ap-southeast-2",
            "ca-central-1",
            "eu-central-1",
            "eu-north-1",
            "eu-west-1",
            "eu-west-2",
            "eu-west-3",
            "sa-east-1",
            "us-east-1",
            "us-east-2",
            "us-west-1",
            "us-west-2");

    /** Enabled by accounts that ask for them. */
    private static final List<String> OPT_IN = List.of(
            "af-south-1",
            "ap-east-1",
            "ap-east-2",
            "ap-south-2",
            "ap-southeast-3",
            "ap-southeast-4",
            "ap-southeast-5",
            "ap-southeast-6",
            "ap-southeast-7",
            "ca-west-1",
            "eu-central-2",
            "eu-south-1",
            "eu-south-2",
            "il-central-1",
            "me-central-1",
            "me-south-1",
            "mx-central-1");

    private static final Set<String> ELSEWHERE = Set.of(
            // aws-cn
            "cn-north-1",
            "cn-northwest-1",
            // aws-us-gov
            "us-gov-east-1",
            "us-gov-west-1",
            // aws-eusc
            "eusc-de-east-1",
            // aws-iso, aws-iso-b, aws-iso-e, aws-iso-f
            "us-iso-east-1",
            "us-iso-west-1",
            "us-isob-east-1",
            "us-isob-west-1",
            "eu-isoe-west-1",
            "us-isof-east-1",
            "us-isof-south-1");

    private final Kernel kernel;
    private final Set<String> optedIn = new HashSet<>();

    Regions(Kernel kernel) {
        this.kernel = kernel;
    }

    /** What a Region is to an account; in the words of DescribeRegions, where it has some. */
    public enum Status {
        OPT_IN_NOT_REQUIRED("opt-in-not-required"),
        OPTED_IN("opted-in"),
        NOT_OPTED_IN("not-opted-in"),
        /** It is there, in another partition, where the account is not. */
        OF_ANOTHER_PARTITION("");

        private final String word;

        Status(String word) {
            this.word = word;
        }

        /** Whether the account can work there. */
        public boolean isEnabled() {
            return this == OPT_IN_NOT_REQUIRED || this == OPTED_IN;
        }

        @Override
        public String toString() {
            return word;
        }
    }

    /** The Regions of the partition, in the order of their names. */
    public static List<String> all() {
        return Stream.concat(FOR_EVERYBODY.stream(), OPT_IN.stream()).sorted().toList();
    }

    /** What a Region is to an account; empty for one that does not exist. */
    public Optional<Status> of(String account, String region) {
        if (FOR_EVERYBODY.contains(region)) {
            return Optional.of(Status.OPT_IN_NOT_REQUIRED);
        }
        if (OPT_IN.contains(region)) {
            boolean enabled = kernel.locked(() -> optedIn.contains(account + " " + region));
            return Optional.of(enabled ? Status.OPTED_IN : Status.NOT_OPTED_IN);
        }
        return ELSEWHERE.contains(region) ? Optional.of(Status.OF_ANOTHER_PARTITION) : Optional.empty();
    }

    /**
     * An account enables a Region for itself.
     *
     * @throws IllegalArgumentException if the Region is not one of those that ask for it
     */
    public void optIn(String account, String region) {
        if (!OPT_IN.contains(region)) {
            throw new IllegalArgumentException("nobody opts in to " + region);
        }
        kernel.locked(() -> {
            optedIn.add(account + " " + region);
        });
    }
}
