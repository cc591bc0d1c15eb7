package dev.amishare.plan;

import dev.amishare.ami.ImageAttributes;
import java.util.List;
import software.amazon.awssdk.services.ec2.model.Image;
import software.amazon.awssdk.services.ec2.model.Snapshot;

/** The source image and its snapshots. */
public record Source(Image image, ImageAttributes attributes, List<Snapshot> snapshots, boolean own) {}
