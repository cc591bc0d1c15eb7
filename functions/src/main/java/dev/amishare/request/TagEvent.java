package dev.amishare.request;

import dev.amishare.ami.ManagedTags;
import dev.amishare.ami.Targets;
import dev.amishare.json.Json;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads the event that EventBridge sends when somebody tags an image. A tag can name a profile and nothing else: whoever may tag must
 * not be able to choose who receives the data.
 */
public final class TagEvent {
    private static final String DETAIL_TYPE = "Tag Change on Resource";

    private TagEvent() {}

    /** Whether this input is an event rather than a request. */
    public static boolean is(Json input) {
        return input instanceof Json.Obj object
                && object.get("detail-type").isPresent()
                && object.get("detail").isPresent();
    }

    /**
     * Reads the event. The rule lets only those through that ask for a share; one that does not is refused here all the same.
     *
     * @param region where the deployment is
     */
    public static ShareRequest request(Json event, String region, Faults faults) {
        if (!string(event, "detail-type").equals(DETAIL_TYPE)
                || !string(event, "source").equals("aws.tag")) {
            faults.invalid("the event: must be '" + DETAIL_TYPE + "' from aws.tag, not "
                    + RequestParser.quote(string(event, "detail-type")) + " from "
                    + RequestParser.quote(string(event, "source")) + ": correct the rule that sent it");
        } else if (!string(event, "detail", "service").equals("ec2")
                || !string(event, "detail", "resource-type").equals("image")) {
            faults.invalid("the event: must be about an image of ec2, not "
                    + RequestParser.quote(string(event, "detail", "resource-type")) + " of "
                    + RequestParser.quote(string(event, "detail", "service")) + ": correct the rule that sent it");
        } else if (!string(event, "region").equals(region)) {
            faults.invalid("the event: is from " + RequestParser.quote(string(event, "region"))
                    + ", but this deployment shares images of " + region + ": tag the image there");
        } else if (string(event, "detail", "tags", ManagedTags.MANAGED).equals("true")) {
            faults.invalid("the event: the image was made by AMI Share itself: tag its source image, "
                    + RequestParser.quote(string(event, "detail", "tags", ManagedTags.SOURCE_IMAGE))
                    + ", or, if that is gone, start ShareAmi with this image's own id");
        } else {
            return read(event, faults);
        }
        return ShareRequest.NOTHING;
    }

    private static ShareRequest read(Json event, Faults faults) {
        String resource = at(event, "resources")
                .filter(Json.Arr.class::isInstance)
                .map(Json.Arr.class::cast)
                .filter(resources -> resources.items().size() == 1)
                .map(resources -> resources.items().get(0))
                .filter(Json.Str.class::isInstance)
                .map(item -> ((Json.Str) item).value())
                .orElse("");
        // The ARN's account and Region fields are not dependable (aws-facts 5.1, 5.3): only what follows the slash is.
        Optional<String> image = RequestParser.imageId(resource.substring(resource.lastIndexOf('/') + 1));
        if (image.isEmpty()) {
            faults.invalid("the event: resources must be one image's ARN, not " + RequestParser.quote(resource));
        }
        String named = string(event, "detail", "tags", ManagedTags.PROFILE);
        boolean changed = at(event, "detail", "changed-tag-keys")
                .filter(keys -> keys instanceof Json.Arr list && list.items().contains(Json.of(ManagedTags.PROFILE)))
                .isPresent();
        Optional<String> profile = RequestParser.profileName(named);
        if (!changed || named.isEmpty()) {
            faults.invalid("the event: the tag " + ManagedTags.PROFILE
                    + " was not set by it, so it starts nothing: set the tag to the name of a profile");
        } else if (profile.isEmpty()) {
            faults.invalid("tag " + ManagedTags.PROFILE
                    + ": must be the name of a profile: letters, digits and _.-, not " + RequestParser.quote(named));
        }
        return new ShareRequest(
                image.orElse(null),
                profile.orElse(null),
                null,
                Targets.NONE,
                List.of(),
                null,
                Map.of(),
                null,
                List.of(),
                null);
    }

    private static Optional<Json> at(Json json, String... path) {
        Optional<Json> at = Optional.of(json);
        for (String name : path) {
            at = at.flatMap(value -> value instanceof Json.Obj object ? object.get(name) : Optional.empty());
        }
        return at;
    }

    private static String string(Json json, String... path) {
        return at(json, path)
                .filter(Json.Str.class::isInstance)
                .map(value -> ((Json.Str) value).value())
                .orElse("");
    }
}
