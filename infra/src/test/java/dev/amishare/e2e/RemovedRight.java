package dev.amishare.e2e;

import dev.amishare.e2e.Rights.Right;
import dev.amishare.e2e.Ways.Way;
import dev.awssandbox.iam.Judgement;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The pipeline deployed without one right of one role, sent on all ways until somebody notices.
 *
 * @param noticed what went wrong; empty if nothing did
 */
record RemovedRight(Right right, Optional<String> noticed) {
    static RemovedRight of(Right right) {
        Path templates = Rights.without(right, Templates.within("any"));
        try (Pipeline pipeline = Pipeline.deployed(1, templates, settings -> settings)) {
            for (Way way : Ways.all()) {
                try {
                    way.goes().accept(pipeline);
                } catch (AssertionError | RuntimeException e) {
                    return new RemovedRight(right, Optional.of("on the way \"" + way.name() + "\", by its result"));
                }
            }
            return new RemovedRight(
                    right, denied(pipeline).stream().findFirst().map(call -> "only as a call that was denied"));
        }
    }

    /** What a role of the deployment asked for and was not allowed. */
    static List<String> denied(Pipeline pipeline) {
        return pipeline.cloud().iam().judgements().stream()
                .filter(judgement -> !judgement.decision().allowed())
                .filter(judgement -> judgement.caller().account().equals(Pipeline.SOURCE))
                .map(judgement -> role(judgement) + ": " + judgement.access() + ": "
                        + judgement.decision().reason())
                .toList();
    }

    static String role(Judgement judgement) {
        String arn = judgement.caller().principalArn();
        return Rights.function(arn.substring(arn.lastIndexOf('/') + 1));
    }
}
