package dev.amishare.plan;

import dev.amishare.ami.ManagedTags;
import dev.amishare.aws.Regional;
import dev.amishare.keypolicy.Audience;
import dev.amishare.keypolicy.Boundary;
import dev.amishare.keypolicy.KeyPolicy;
import dev.amishare.keypolicy.OwnRights;
import dev.amishare.keypolicy.Principals;
import dev.amishare.keypolicy.Refusals;
import dev.amishare.keypolicy.UnreadablePolicy;
import dev.amishare.ledger.Grants;
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
    private static final String AWS_RAM = "AWS_RAM";

    private final Deployment deployment;
    private final Regional<KmsClient> kms;

    public ShareKeys(Deployment deployment, Regional<KmsClient> kms) {
        this.deployment = deployment;
        this.kms = kms;
    }

    /**
     * A key to share under.
     *
     * @param isMarked whether it bears this deployment's mark already
     */
    public record Found(String arn, boolean isMarked) {}

    /** The key to share under in this Region, if it can be used. */
    public Optional<Found> find(RegionChoice choice, ShareRequest request, Faults faults) {
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

    private Optional<Found> usableKey(String path, String asked, String region, Faults faults) {
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
        boolean isMarked = false;
        if (!key.keyManagerAsString().equals("AWS")) {
            Map<String, String> tags = client.listResourceTagsPaginator(list -> list.keyId(key.keyId())).tags().stream()
                    .collect(Collectors.toMap(tag -> tag.tagKey(), tag -> tag.tagValue()));
            refusals.addAll(KeyRules.refusals(path, key.arn(), tags));
            deployment
                    .ledgerArn()
                    .flatMap(own -> KeyRules.otherLedger(key.arn(), tags, own))
                    .ifPresent(refusals::add);
            isMarked = tags.containsKey(ManagedTags.LEDGER);
        }
        refusals.forEach(faults::forbidden);
        return refusals.isEmpty() ? Optional.of(new Found(key.arn(), isMarked)) : Optional.empty();
    }

    /** What the other shares under the key forbid: the share of {@code asked} and theirs must name the same ones of an account. */
    public void checkAudience(String keyArn, Collection<Share> shares, Audience asked, Faults faults) {
        Audience.adding(asked, Grants.audiences(shares, deployment.boundary()), deployment.boundary())
                .forEach(conflict -> faults.forbidden(conflict.message(keyArn)));
    }

    /**
     * What the key's policy, as it is, forbids.
     *
     * @return what is to be told of the key's second policy, if it has one
     */
    public List<String> checkPolicy(
            String region, Found key, Collection<Share> shares, Principals asked, Faults faults) {
        KmsClient client = kms.in(region);
        String keyArn = key.arn();
        Boundary boundary = deployment.boundary();
        Principals present = shares.stream().map(Share::granted).reduce(Principals.none(), Principals::plus);
        try {
            KeyPolicy policy = KeyPolicy.parse(text(client, keyArn, "default"));
            Refusals.of(keyArn, policy, present, asked, boundary).forEach(faults::forbidden);
            OwnRights.refusals(keyArn, policy, deployment.roles(), key.isMarked())
                    .forEach(faults::forbidden);
            return secondPolicy(client, keyArn, asked.where(boundary::permits), faults);
        } catch (UnreadablePolicy e) {
            faults.forbidden("kmsKeyId: " + keyArn + ": " + e.getMessage() + ": have its administrator correct it");
            return List.of();
        }
    }

    /** A key that is shared through AWS RAM has a policy beside its own, which only RAM writes: it admits and denies like the first. */
    private List<String> secondPolicy(KmsClient client, String keyArn, Principals asked, Faults faults) {
        if (!client.listKeyPolicies(list -> list.keyId(keyArn)).policyNames().contains(AWS_RAM)) {
            return List.of();
        }
        KeyPolicy second = KeyPolicy.parse(text(client, keyArn, AWS_RAM));
        Refusals.denied(keyArn, second, asked, deployment.boundary()).forEach(faults::forbidden);
        return second.admitted().stream()
                .map(admitted -> "key " + keyArn + " is shared through AWS RAM, beside AMI Share: its policy " + AWS_RAM
                        + " lets " + admitted)
                .toList();
    }

    private static String text(KmsClient client, String keyArn, String name) {
        return client.getKeyPolicy(get -> get.keyId(keyArn).policyName(name)).policy();
    }
}
