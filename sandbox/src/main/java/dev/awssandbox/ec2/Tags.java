package dev.awssandbox.ec2;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.CreateTagsRequest;
import software.amazon.awssdk.services.ec2.model.CreateTagsResponse;
import software.amazon.awssdk.services.ec2.model.DeleteTagsRequest;
import software.amazon.awssdk.services.ec2.model.DeleteTagsResponse;
import software.amazon.awssdk.services.ec2.model.DescribeTagsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeTagsResponse;
import software.amazon.awssdk.services.ec2.model.Tag;
import software.amazon.awssdk.services.ec2.model.TagDescription;
import software.amazon.awssdk.services.ec2.model.TagSpecification;

/** Tags of resources. */
final class Tags {
    private static final int MOST = 50;
    private static final int LONGEST_KEY = 128;
    private static final int LONGEST_VALUE = 256;

    private final Call call;

    Tags(Call call) {
        this.call = call;
    }

    CreateTagsResponse create(CreateTagsRequest request) {
        if (request.tags().isEmpty()) {
            throw Errors.missing("tagSet");
        }
        Map<String, String> tags = checked(request.tags());
        List<Resource> resources = resources(request.resources());
        Permit permit = call.permit("CreateTags");
        resources.forEach(resource -> permit.on(resource, Permit.requestTags(tags)));
        permit.check();
        resources.forEach(resource -> checkRoom(resource.tags(call.account()), tags));
        call.endDryRun(request.dryRun());
        resources.forEach(resource -> put(resource, tags));
        return CreateTagsResponse.builder().build();
    }

    DeleteTagsResponse delete(DeleteTagsRequest request) {
        List<Resource> resources = resources(request.resources());
        Map<String, @Nullable String> wanted = new LinkedHashMap<>();
        for (Tag tag : request.tags()) {
            checkKey(tag.key());
            wanted.put(tag.key(), tag.value());
        }
        Permit permit = call.permit("DeleteTags");
        resources.forEach(resource ->
                permit.on(resource, wanted.isEmpty() ? Map.of() : Map.of("aws:TagKeys", List.copyOf(wanted.keySet()))));
        permit.check();
        call.endDryRun(request.dryRun());
        for (Resource resource : resources) {
            Map<String, String> tags = resource.tags(call.account());
            List<String> gone = new ArrayList<>();
            for (Map.Entry<String, String> tag : Map.copyOf(tags).entrySet()) {
                boolean named = wanted.isEmpty()
                        ? !isReserved(tag.getKey())
                        : wanted.containsKey(tag.getKey()) && matches(wanted.get(tag.getKey()), tag.getValue());
                if (named) {
                    gone.add(tag.getKey());
                }
            }
            gone.sort(null);
            gone.forEach(tags::remove);
            call.ec2().notices().tagsChanged(resource, call.account(), gone);
        }
        return DeleteTagsResponse.builder().build();
    }

    DescribeTagsResponse describe(DescribeTagsRequest request) {
        call.permit("DescribeTags").onAnything().check();
        call.endDryRun(request.dryRun());
        Filters<TagDescription> filters = new Filters<TagDescription>()
                .by("key", TagDescription::key)
                .by("resource-id", TagDescription::resourceId)
                .by("resource-type", TagDescription::resourceTypeAsString)
                .by("value", TagDescription::value)
                .byTags(tag -> Map.of(tag.key(), tag.value()));
        List<TagDescription> all = call.store()
                .resources()
                .flatMap(resource -> resource.tags(call.account()).entrySet().stream()
                        .map(tag -> TagDescription.builder()
                                .resourceId(resource.id())
                                .resourceType(resource.type())
                                .key(tag.getKey())
                                .value(tag.getValue())
                                .build()))
                .filter(filters.matching(request.filters()))
                .toList();
        Page<TagDescription> page = Page.of(all, 5, request.maxResults(), request.nextToken());
        return DescribeTagsResponse.builder()
                .tags(page.items())
                .nextToken(page.nextToken())
                .build();
    }

    /** Tags a new resource with what was asked for at its creation. */
    void put(Resource resource, Map<String, String> tags) {
        Map<String, String> old = Map.copyOf(resource.tags(call.account()));
        resource.tags(call.account()).putAll(tags);
        List<String> changed = tags.entrySet().stream()
                .filter(tag -> !tag.getValue().equals(old.get(tag.getKey())))
                .map(Map.Entry::getKey)
                .toList();
        call.ec2().notices().tagsChanged(resource, call.account(), changed);
    }

    /**
     * The tags asked for at creation, by resource type.
     *
     * @param allowed the types that the action makes; any other is an error
     */
    static Map<String, Map<String, String>> requested(List<TagSpecification> specifications, Set<String> allowed) {
        Map<String, Map<String, String>> tags = new LinkedHashMap<>();
        for (TagSpecification specification : specifications) {
            String type = specification.resourceTypeAsString();
            if (type == null) {
                throw Errors.missing("TagSpecification.ResourceType");
            }
            if (!allowed.contains(type)) {
                throw Errors.invalidValue("'" + type + "' is not a valid taggable resource type for this operation.");
            }
            if (tags.put(type, checked(specification.tags())) != null) {
                throw Errors.invalidValue(
                        "The same resource type may not be specified more than once in tag specifications");
            }
        }
        tags.values().forEach(given -> checkRoom(Map.of(), given));
        return tags;
    }

    static boolean isReserved(String key) {
        return key.toLowerCase(Locale.ROOT).startsWith("aws:");
    }

    private static Map<String, String> checked(List<Tag> tags) {
        Map<String, String> checked = new LinkedHashMap<>();
        for (Tag tag : tags) {
            checkKey(tag.key());
            String value = tag.value() == null ? "" : tag.value();
            if (value.length() > LONGEST_VALUE) {
                throw Errors.invalidValue("Tag value exceeds the maximum length of " + LONGEST_VALUE + " characters");
            }
            if (checked.put(tag.key(), value) != null) {
                throw Errors.invalidValue("Duplicate tag key '" + tag.key() + "' specified.");
            }
        }
        return checked;
    }

    private static void checkKey(@Nullable String key) {
        if (key == null || key.isEmpty()) {
            throw Errors.invalidValue("Tag key cannot be null or empty");
        }
        if (isReserved(key)) {
            throw Errors.invalidValue("Tag keys starting with 'aws:' are reserved for internal use");
        }
        if (key.length() > LONGEST_KEY) {
            throw Errors.invalidValue("Tag key exceeds the maximum length of " + LONGEST_KEY + " characters");
        }
    }

    private static void checkRoom(Map<String, String> present, Map<String, String> added) {
        Set<String> keys = new HashSet<>(present.keySet());
        keys.addAll(added.keySet());
        keys.removeIf(Tags::isReserved);
        if (keys.size() > MOST) {
            throw Errors.of("TagLimitExceeded", "The maximum number of Tags for a resource has been reached: " + MOST);
        }
    }

    /** No value means any value; the empty one means the empty one. */
    private static boolean matches(@Nullable String wanted, String value) {
        return wanted == null || wanted.equals(value);
    }

    private List<Resource> resources(List<String> ids) {
        if (ids.isEmpty()) {
            throw Errors.missing("resourceIdSet");
        }
        return ids.stream().map(this::resource).toList();
    }

    private Resource resource(String id) {
        return call.store()
                .find(id)
                .filter(resource -> call.ec2().visibility().isVisible(resource, call.account()))
                .orElseThrow(() -> unknown(id));
    }

    private static RuntimeException unknown(String id) {
        String prefix = id.contains("-") ? id.substring(0, id.indexOf('-')) : id;
        return switch (prefix) {
            case "ami" -> Errors.unknownImages(List.of(id));
            case "snap" -> Errors.unknownSnapshot(id);
            case "vol" -> Errors.unknownVolume(id);
            case "i" -> Errors.unknownInstances(List.of(id));
            default -> Errors.of("InvalidID", "The ID '" + id + "' is not valid");
        };
    }
}
