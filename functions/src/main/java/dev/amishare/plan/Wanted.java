package dev.amishare.plan;

import dev.amishare.ledger.Committed;
import dev.amishare.ledger.Share;
import dev.amishare.request.Faults;
import java.util.List;
import java.util.Optional;

/**
 * The image that is to be shared.
 *
 * @param sourceImageId its id, or that of its source where it was asked for by the id of the shared image
 * @param askedAs the share whose own image was asked for
 * @param source what there is to copy
 * @param against why it cannot be copied; that is no obstacle where a shared image of it stands
 */
public record Wanted(String sourceImageId, Optional<Share> askedAs, Optional<Source> source, Faults against) {
    /** Reads what was asked for. */
    public static Wanted of(String imageId, List<Place> places, SourceReader sources) {
        Optional<Share> askedAs = places.stream()
                .flatMap(place -> place.shares().stream())
                .filter(share -> share.committed()
                        .filter(c -> c.imageId().equals(imageId))
                        .isPresent())
                .findFirst();
        String sourceId =
                askedAs.flatMap(Share::committed).map(Committed::sourceImageId).orElse(imageId);
        Faults against = new Faults();
        return new Wanted(sourceId, askedAs, sources.read(sourceId, against), against);
    }

    /** What can be copied. */
    Optional<Source> copyable() {
        return source.filter(s -> against.isEmpty());
    }
}
