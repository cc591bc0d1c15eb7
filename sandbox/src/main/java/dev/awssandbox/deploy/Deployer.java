package dev.awssandbox.deploy;

import dev.awssandbox.Cloud;
import java.nio.file.Path;

/** Deploys synthesized templates, as CloudFormation does. */
public final class Deployer {
    public Deployer(Cloud cloud) {
        cloud.settings();
    }

    /** Deploys every stack of a directory that {@code cdk synth} has written. */
    @SuppressWarnings("DoNotCallSuggester") // a placeholder, replaced in the next commits
    public void deploy(Path cdkOutDirectory) {
        throw new UnsupportedOperationException(cdkOutDirectory.toString());
    }
}
