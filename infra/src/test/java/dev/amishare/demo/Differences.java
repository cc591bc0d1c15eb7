package dev.amishare.demo;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.services.ec2.model.Image;

/**
 * Where two images differ, attribute by attribute, as DescribeImages shows them to their owner.
 *
 * <p>Reads every field that the SDK knows, so that an attribute nobody thought of shows too.
 */
public final class Differences {
    /**
     * One attribute with its value in the source and in the shared image; absent values are {@code -}.
     *
     * @param isExpected whether a copy may differ here
     */
    public record Row(String attribute, String source, String shared, boolean isExpected) {}

    /** Ids, name, description, encryption and tags, and what only says where the image lies and since when. */
    private static final Pattern OWN_TO_EACH_IMAGE =
            Pattern.compile("ImageId|Name|Description|CreationDate|ImageLocation|Tags.*|SourceImageId|SourceImageRegion"
                    + "|SourceInstanceId|BlockDeviceMappings\\[\\d+]\\.Ebs\\.(SnapshotId|Encrypted|KmsKeyId)");

    private Differences() {}

    public static List<Row> between(Image source, Image shared) {
        Map<String, String> before = new TreeMap<>();
        Map<String, String> after = new TreeMap<>();
        flatten("", source, before);
        flatten("", shared, after);
        List<Row> rows = new ArrayList<>();
        TreeSet<String> names = new TreeSet<>(before.keySet());
        names.addAll(after.keySet());
        for (String name : names) {
            String was = before.getOrDefault(name, "-");
            String is = after.getOrDefault(name, "-");
            if (!Objects.equals(was, is)) {
                rows.add(new Row(name, was, is, isExpected(name, was, is, shared.creationDate())));
            }
        }
        return rows;
    }

    private static boolean isExpected(String name, String was, String is, String sharedSince) {
        return switch (name) {
            // AWS takes no time that is past, and rounds what it takes to the minute.
            case "DeprecationTime" ->
                is.equals("-")
                        ? Instant.parse(was).isBefore(Instant.parse(sharedSince))
                        : Duration.between(Instant.parse(was), Instant.parse(is))
                                        .abs()
                                        .compareTo(Duration.ofSeconds(30))
                                <= 0;
            // Records from before 2020 lack them; AWS shows them for every image that is registered now.
            case "PlatformDetails" -> was.equals("-") && is.equals("Linux/UNIX");
            case "UsageOperation" -> was.equals("-") && is.equals("RunInstances");
            // What AWS says of its own images; nobody can set it.
            case "FreeTierEligible" -> is.equals("-");
            default -> OWN_TO_EACH_IMAGE.matcher(name).matches();
        };
    }

    private static void flatten(String path, Object value, Map<String, String> into) {
        if (value instanceof SdkPojo pojo) {
            for (SdkField<?> field : pojo.sdkFields()) {
                Object child = field.getValueOrDefault(pojo);
                if (child != null) {
                    String name = field.memberName();
                    flatten(path.isEmpty() ? name : path + "." + name, child, into);
                }
            }
        } else if (value instanceof List<?> list) {
            for (int i = 0; i < list.size(); i++) {
                flatten(path + "[" + i + "]", list.get(i), into);
            }
        } else {
            into.put(path, value.toString());
        }
    }
}
