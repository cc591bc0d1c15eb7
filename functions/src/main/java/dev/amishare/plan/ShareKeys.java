package dev.amishare.plan;

import dev.amishare.ami.Targets;
import dev.amishare.aws.Regional;
import dev.amishare.keypolicy.KeyPolicy;
import dev.amishare.keypolicy.Principals;
import dev.amishare.keypolicy.Refusals;
import dev.amishare.keypolicy.UnreadablePolicy;
import dev.amishare.ledger.Share;
import dev.amishare.request.Faults;
import dev.amishare.request.KeyRules;
import dev.amishare.request.ShareRequest;
import dev.amishare.request.ShareRequest.RegionChoice;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.kms.model.InvalidArnException;
import software.amazon.awssdk.services.kms.model.KeyMetadata;
import software.amazon.awssdk.services.kms.model.NotFoundException;

/** Reads the keys that a request names: whether one can be shared under, and with whom. */
public final class ShareKeys {
    private final Deployment deployment;
    private final Regional<KmsClient> kms;

    public ShareKeys(Deployment deployment, Regional<KmsClient> kms) {
        this.deployment = deployment;
        this.kms = kms;
    }

    /** The ARN of the key to share under in this Region, if it can be used. */
    public Optional<String> find(RegionChoice choice, ShareRequest request, Faults faults) {
        boolean own = choice.kmsKeyId() != null;
        String path = own ? "regions, " + choice.region() + ", kmsKeyId" : "kmsKeyId";
        String asked = Optional.ofNullable(choice.kmsKeyId())
                .or(() -> Optional.ofNullable(request.kmsKeyId()))
                .orElse(deployment.defaultKey());
        if (asked.startsWith("arn:")) {
            String[] arn = asked.split(":", 6);
            if (!arn[3].equals(choice.region())) {
                faults.invalid(path + ": " + asked + " is a key of " + arn[3] + ", but the image is to be shared in "
                        + choice.region() + ", and keys are Regional: name a key of " + choice.region()
                        + " in regions, or an alias that is there in every Region");
                return Optional.empty();
            } else if (!arn[4].equals(deployment.account())) {
                faults.forbidden(path + ": " + asked + " is a key of account " + arn[4]
                        + ", whose policy only that account can change: name a key of account " + deployment.account());
                return Optional.empty();
            }
        }
        return usableKey(path, asked, choice.region(), faults);
    }

    private Optional<String> usableKey(String path, String asked, String region, Faults faults) {
        KmsClient client = kms.in(region);
        KeyMetadata key;
        try {
            key = client.describeKey(describe -> describe.keyId(asked)).keyMetadata();
        } catch (NotFoundException | InvalidArnException e) {
            faults.invalid(path + ": " + asked + " does not exist in " + region + " of account " + deployment.account()
                    + ": check the name and the Region, or make the key first");
            return Optional.empty();
        }
        List<String> refusals = new ArrayList<>(KeyRules.refusals(path, key));
        if (!key.keyManagerAsString().equals("AWS")) {
            Map<String, String> tags = client.listResourceTagsPaginator(list -> list.keyId(key.keyId())).tags().stream()
                    .collect(Collectors.toMap(tag -> tag.tagKey(), tag -> tag.tagValue()));
            refusals.addAll(KeyRules.refusals(path, key.arn(), tags));
        }
        refusals.forEach(faults::forbidden);
        return refusals.isEmpty() ? Optional.of(key.arn()) : Optional.empty();
    }

    /** What the key's policy, as it is, forbids. */
    public void checkPolicy(String region, String keyArn, Collection<Share> shares, Targets targets, Faults faults) {
        String text = kms.in(region)
                .getKeyPolicy(get -> get.keyId(keyArn).policyName("default"))
                .policy();
        Principals present = shares.stream().map(Share::granted).reduce(Principals.none(), Principals::plus);
        try {
            Refusals.of(
                            keyArn,
                            KeyPolicy.parse(text),
                            present,
                            Principals.parse(targets.principals()),
                            deployment.boundary())
                    .forEach(faults::forbidden);
        } catch (UnreadablePolicy e) {
            faults.forbidden("kmsKeyId: " + keyArn + ": " + e.getMessage() + ": have its administrator correct it");
        }
    }
}
