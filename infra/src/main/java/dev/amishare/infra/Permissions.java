package dev.amishare.infra;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import software.amazon.awscdk.services.iam.Effect;
import software.amazon.awscdk.services.iam.PolicyStatement;

/**
 * Who may do what: a row a function, each statement with the reason why that function needs it. An administrator who reviews this
 * deployment reads this table; docs/permissions.md is the same table, and a test compares them.
 *
 * <p>Writes to EC2 are narrowed to what bears the tag {@code ami-share:managed}, or gets it by the very call. Every function works in any
 * Region, since a request may name any.
 */
final class Permissions {
    /** The role that target accounts trust, so its name is fixed. */
    static final String VERIFY_ROLE = "AmiShareVerify";

    private static final String OURS = "ami-share:";
    private static final String MANAGED = OURS + "managed";
    private static final Map<String, Object> ON_MANAGED = equal("aws:ResourceTag/" + MANAGED, "true");
    private static final Map<String, Object> CREATED_AS_MANAGED = equal("aws:RequestTag/" + MANAGED, "true");

    private final Settings settings;
    private final String partition;
    private final String throughEc2;
    private final String ledger;

    /**
     * @param partition the partition that is deployed to, {@code aws} or another
     * @param dnsSuffix that partition's, {@code amazonaws.com} or another
     * @param ledger the ARN of the ledger's table
     */
    Permissions(Settings settings, String partition, String dnsSuffix, String ledger) {
        this.settings = settings;
        this.partition = partition;
        // That kms:ViaService ends in the partition's own suffix is documented for none but amazonaws.com.
        this.throughEc2 = "ec2.*." + dnsSuffix;
        this.ledger = ledger;
    }

    /**
     * One statement of one function.
     *
     * @param sid what it is for, in a word
     * @param why why the function needs it, and what narrows it
     */
    record Permission(
            String sid, String why, List<String> actions, List<String> resources, Map<String, Object> conditions) {
        Permission {
            actions = List.copyOf(actions);
            resources = List.copyOf(resources);
            conditions = Collections.unmodifiableMap(new TreeMap<>(conditions)); // a fixed order, for a stable template
        }

        PolicyStatement statement() {
            return PolicyStatement.Builder.create()
                    .sid(sid)
                    .effect(Effect.ALLOW)
                    .actions(actions)
                    .resources(resources)
                    .conditions(conditions)
                    .build();
        }
    }

    /** The table, in the order of the pipeline. */
    Map<String, List<Permission>> table() {
        Map<String, List<Permission>> table = new LinkedHashMap<>();
        table.put("PlanShare", planShare());
        table.put("ClaimShare", claimShare());
        table.put("RestoreImage", restoreImage());
        table.put("CopySnapshot", copySnapshot());
        table.put("CopyImage", copyImage());
        table.put("WaitForCompletion", waitForCompletion());
        table.put("RegisterAmi", registerAmi());
        table.put("UpdateKeyPolicy", updateKeyPolicy());
        table.put("AddLaunchPermission", addLaunchPermission());
        table.put("Verify", verify());
        table.put("CommitShare", commitShare());
        table.put("UndoShare", undoShare());
        table.put("ReleaseClaim", releaseClaim());
        table.put("FindAbandonedClaims", findAbandonedClaims());
        table.put("FindStrangers", findStrangers());
        return table;
    }

    private List<Permission> planShare() {
        return List.of(
                describe("ReadImages", "To see what is to be shared.", "DescribeImages", "DescribeSnapshots"),
                describe(
                        "ReadRegions",
                        "To tell a Region that does not exist from one that is not opted in.",
                        "DescribeRegions"),
                new Permission(
                        "ReadKeys",
                        "To refuse a key that cannot be shared: its state, its tag, the room in its policy. Any key of this "
                                + "account, since a request may name one that is to be refused.",
                        List.of("kms:GetKeyPolicy", "kms:ListKeyPolicies", "kms:ListResourceTags"),
                        keys(),
                        Map.of()),
                new Permission(
                        "DescribeAnyKey",
                        "Also keys of other accounts that a source is under: whether its snapshots can be opened. The key's policy "
                                + "decides, too.",
                        List.of("kms:DescribeKey"),
                        keysOfAnyAccount(),
                        Map.of()),
                new Permission(
                        "ReadProfiles",
                        "A request or a tag names a profile by its parameter.",
                        List.of("ssm:GetParameter"),
                        List.of(arn("ssm", settings.region(), settings.account()) + "parameter/ami-share/profiles/*"),
                        Map.of()),
                ledger("ReadLedger", "What is shared already decides what fits.", "Query"));
    }

    private List<Permission> claimShare() {
        return List.of(
                ledger("WriteClaim", "One conditional write.", "GetItem", "PutItem"),
                describe(
                        "SeeSharedImage",
                        "A shared image that somebody deregistered is made anew, from its snapshots where they stand.",
                        "DescribeImages",
                        "DescribeSnapshots"),
                askForExecutions());
    }

    private List<Permission> restoreImage() {
        return List.of(
                readClaim(),
                describe(
                        "SeeShared",
                        "The shared image and its snapshots, and whether they are as they were committed.",
                        "DescribeImages",
                        "DescribeSnapshots"),
                putOurTagsBack(concat(images(), snapshots())),
                new Permission(
                        "SetRequestedTags",
                        "The tags of a request for an image that was shared before; never our own.",
                        List.of("ec2:CreateTags"),
                        images(),
                        Map.ofEntries(
                                Map.entry("StringEquals", Map.of("aws:ResourceTag/" + MANAGED, "true")),
                                Map.entry("ForAllValues:StringNotLike", Map.of("aws:TagKeys", OURS + "*")))),
                new Permission(
                        "EnableManaged",
                        "A shared image that somebody has disabled.",
                        List.of("ec2:EnableImage"),
                        images(),
                        ON_MANAGED));
    }

    private List<Permission> copySnapshot() {
        return concat(
                List.of(
                        recordMade(),
                        describe("FindCopies", "Adopts the copy that an earlier try made.", "DescribeSnapshots"),
                        new Permission(
                                "CopyFromOwn",
                                "The source of a copy. It has an id, so this does not cover the copy itself, which has none yet.",
                                List.of("ec2:CopySnapshot"),
                                snapshots(),
                                equal("ec2:Owner", settings.account())),
                        new Permission(
                                "CopyToManaged",
                                "The copy, only if it is tagged as ours from its first moment.",
                                List.of("ec2:CopySnapshot"),
                                newSnapshots(),
                                CREATED_AS_MANAGED),
                        tagOnCreation("CopySnapshot", newSnapshots())),
                copyKeys());
    }

    private List<Permission> copyImage() {
        return concat(
                List.of(
                        recordMade(),
                        new Permission(
                                "CopyFromAny",
                                "The source of a copy and its snapshots, which may be somebody else's. They have ids, so this does "
                                        + "not cover the copy itself, which has none yet.",
                                List.of("ec2:CopyImage"),
                                concat(images(), snapshots()),
                                Map.of()),
                        new Permission(
                                "CopyToManaged",
                                "The copy, only if it is tagged as ours from its first moment.",
                                List.of("ec2:CopyImage"),
                                concat(newImages(), newSnapshots()),
                                CREATED_AS_MANAGED),
                        tagOnCreation("CopyImage", concat(newImages(), newSnapshots()))),
                copyKeys());
    }

    private List<Permission> waitForCompletion() {
        return List.of(describe("SeeProgress", "One look at all copies.", "DescribeImages", "DescribeSnapshots"));
    }

    private List<Permission> registerAmi() {
        return List.of(
                recordMade(),
                describe(
                        "CompareImages",
                        "Adopts what an earlier try registered, and compares what AWS made with its source.",
                        "DescribeImages",
                        "DescribeSnapshots"),
                new Permission(
                        "CarryUefiDataOver",
                        "The source's UEFI variable store, which DescribeImages does not show.",
                        List.of("ec2:DescribeImageAttribute"),
                        images(),
                        Map.of()),
                new Permission(
                        "RegisterFromOwn",
                        "The snapshots of the new image: the copies, or the source's own where they are under the share key.",
                        List.of("ec2:RegisterImage"),
                        snapshots(),
                        equal("ec2:Owner", settings.account())),
                new Permission(
                        "RegisterAsManaged",
                        "The image, only if it is tagged as ours from its first moment.",
                        List.of("ec2:RegisterImage"),
                        newImages(),
                        CREATED_AS_MANAGED),
                tagOnCreation("RegisterImage", newImages()),
                new Permission(
                        "TagCopiedSnapshots",
                        "CopyImage gives all its snapshots the same tags; each gets its own here.",
                        List.of("ec2:CreateTags"),
                        snapshots(),
                        ON_MANAGED),
                new Permission(
                        "CarryInstanceTypesOver",
                        "The source's specification of instance types, which RegisterImage does not take.",
                        List.of("ec2:ReplaceImageInstanceTypeSpecification"),
                        images(),
                        ON_MANAGED),
                putOurTagsBack(snapshots()),
                new Permission(
                        "SeeWhoCopies",
                        "Who may make volumes of a deregistered image's snapshots.",
                        List.of("ec2:DescribeSnapshotAttribute"),
                        snapshots(),
                        ON_MANAGED),
                new Permission(
                        "LetNobodyCopy",
                        "The snapshots of an image that was deregistered, before they are registered again: nobody of the old image is "
                                + "named for the new one.",
                        List.of("ec2:ModifySnapshotAttribute"),
                        snapshots(),
                        ON_MANAGED));
    }

    private List<Permission> updateKeyPolicy() {
        return List.of(
                ledger(
                        "DeriveFromLedger",
                        "All shares under the key, and the mark on principals that were found dead.",
                        "GetItem",
                        "PutItem",
                        "Query"),
                new Permission(
                        "WritePolicyOfShareKeys",
                        "Only of keys that an administrator has tagged for it.",
                        List.of("kms:GetKeyPolicy", "kms:ListResourceTags", "kms:PutKeyPolicy"),
                        keys(),
                        ON_MANAGED),
                new Permission(
                        "MarkKeyAsThisDeployments",
                        "Whose ledger the policy follows, so that two deployments never write one policy. This tag key alone.",
                        List.of("kms:TagResource"),
                        keys(),
                        and(ON_MANAGED, onlyTag("ami-share:ledger"))));
    }

    private List<Permission> addLaunchPermission() {
        return List.of(
                ledger(
                        "WriteIntention",
                        "What is given is written down first, so that undo takes back just that.",
                        "GetItem",
                        "PutItem"),
                describe(
                        "SeeShared",
                        "The shared image, and whether it is ours; of its snapshots the ledger says so.",
                        "DescribeImages"),
                new Permission(
                        "ReadLaunchPermissions",
                        "To add only what is missing.",
                        List.of("ec2:DescribeImageAttribute"),
                        images(),
                        ON_MANAGED),
                new Permission(
                        "ReadCopyPermissions",
                        "To add only what is missing.",
                        List.of("ec2:DescribeSnapshotAttribute"),
                        snapshots(),
                        ON_MANAGED),
                new Permission(
                        "ShareManagedImages",
                        "Launch permission. IAM knows no condition for whom an image is shared with: that is checked in PlanShare.",
                        List.of("ec2:ModifyImageAttribute"),
                        images(),
                        ON_MANAGED),
                new Permission(
                        "ShareManagedSnapshots",
                        "On request, the permission to copy.",
                        List.of("ec2:ModifySnapshotAttribute"),
                        snapshots(),
                        ON_MANAGED));
    }

    private List<Permission> verify() {
        return concat(
                List.of(
                        ledger(
                                "ReadShares",
                                "Goes forward only while the claim is its execution's; and all shares under the key explain whom its "
                                        + "policy may name.",
                                "GetItem",
                                "Query"),
                        describe("SeeImages", "The source's side of the proof.", "DescribeImages", "DescribeSnapshots"),
                        new Permission(
                                "ReadPermissions",
                                "Whether the image is shared with exactly whom the ledger names.",
                                List.of("ec2:DescribeImageAttribute"),
                                images(),
                                ON_MANAGED),
                        new Permission(
                                "ReadCopyPermissions",
                                "Whether its snapshots are shared with exactly whom the ledger names.",
                                List.of("ec2:DescribeSnapshotAttribute"),
                                snapshots(),
                                ON_MANAGED),
                        new Permission(
                                "ReadShareKeys",
                                "Whether the key is enabled and its policy grants what a launch needs.",
                                List.of("kms:DescribeKey", "kms:GetKeyPolicy"),
                                keys(),
                                ON_MANAGED)),
                concat(assumeVerifiers(), askOrganizations()));
    }

    private List<Permission> commitShare() {
        return List.of(
                ledger("WriteShare", "Turns the claim into the share.", "GetItem", "PutItem"),
                describe(
                        "SeeShared",
                        "The shared image as it is, and all copies that this execution made.",
                        "DescribeImages",
                        "DescribeSnapshots"),
                new Permission(
                        "RemoveDoubles",
                        "A copy whose answer never came, and which was made once more.",
                        List.of("ec2:DeleteSnapshot"),
                        snapshots(),
                        ON_MANAGED),
                new Permission(
                        "CarryProtectionOver",
                        "The source's deprecation time and protection, last, since protection would stand in undo's way.",
                        List.of("ec2:EnableImageDeprecation", "ec2:EnableImageDeregistrationProtection"),
                        images(),
                        ON_MANAGED));
    }

    private List<Permission> undoShare() {
        return List.of(
                ledger("TurnClaimBack", "The claim says what is to be undone.", "GetItem", "PutItem"),
                describe(
                        "FindWhatWasMade",
                        "What the claim holds, and by its mark what a call made whose answer never came.",
                        "DescribeImages",
                        "DescribeSnapshots"),
                new Permission(
                        "ReadPermissions",
                        "To remove only what is there.",
                        List.of("ec2:DescribeImageAttribute"),
                        images(),
                        ON_MANAGED),
                new Permission(
                        "RemoveManagedImages",
                        "Only what AMI Share made.",
                        List.of(
                                "ec2:DeregisterImage",
                                "ec2:DisableImageDeregistrationProtection",
                                "ec2:ModifyImageAttribute"),
                        images(),
                        ON_MANAGED),
                new Permission(
                        "RemoveManagedSnapshots",
                        "Only what AMI Share made.",
                        List.of("ec2:DeleteSnapshot", "ec2:ModifySnapshotAttribute"),
                        snapshots(),
                        ON_MANAGED));
    }

    private List<Permission> releaseClaim() {
        return List.of(ledger(
                "DropClaim",
                "The claim, or the whole item where nothing is committed.",
                "DeleteItem",
                "GetItem",
                "PutItem"));
    }

    private List<Permission> findAbandonedClaims() {
        return List.of(
                ledger(
                        "TakeClaimsUp",
                        "All claims there are, and the mark on those that this sweep undoes.",
                        "GetItem",
                        "PutItem",
                        "Scan"),
                askForExecutions());
    }

    private List<Permission> findStrangers() {
        return List.of(
                ledger("ReadShares", "Whom each share is for.", "Query"),
                describe(
                        "SeeShared",
                        "The shared images and their snapshots, and whether they are ours.",
                        "DescribeImages",
                        "DescribeSnapshots"),
                new Permission(
                        "ReadPermissions",
                        "Who else may launch.",
                        List.of("ec2:DescribeImageAttribute"),
                        images(),
                        ON_MANAGED),
                new Permission(
                        "ReadCopyPermissions",
                        "Who else may copy.",
                        List.of("ec2:DescribeSnapshotAttribute"),
                        snapshots(),
                        ON_MANAGED),
                new Permission(
                        "ReadPoliciesOfShareKeys",
                        "Who else stands under our Sids.",
                        List.of("kms:GetKeyPolicy"),
                        keys(),
                        ON_MANAGED));
    }

    private Permission askForExecutions() {
        return new Permission(
                "AskForExecutions",
                "A claim is taken up only once its execution, and whichever undid it, has ended.",
                List.of("states:DescribeExecution"),
                Stream.of(SharingStack.SHARE_AMI, SharingStack.SWEEP_CLAIMS)
                        .map(machine -> arn("states", settings.region(), settings.account()) + "execution:"
                                + settings.named(machine) + ":*")
                        .toList(),
                Map.of());
    }

    private Permission describe(String sid, String why, String... actions) {
        return new Permission(
                sid,
                why + " (Describe actions know no resources.)",
                Stream.of(actions).map("ec2:"::concat).toList(),
                List.of("*"),
                Map.of());
    }

    private Permission ledger(String sid, String why, String... actions) {
        return new Permission(
                sid, why, Stream.of(actions).map("dynamodb:"::concat).toList(), List.of(ledger), Map.of());
    }

    private Permission readClaim() {
        return ledger("ReadClaim", "Goes forward only while the claim is its execution's.", "GetItem");
    }

    private Permission recordMade() {
        return ledger(
                "RecordMade",
                "Goes forward only while the claim is its execution's, and writes into it the ids that its calls return.",
                "GetItem",
                "PutItem");
    }

    /** What was cleaned off bears no tag that could be asked for: so only these keys, which give no right but to what is AMI Share's. */
    private static Permission putOurTagsBack(List<String> resources) {
        return new Permission(
                "PutOurTagsBack",
                "Our own tags, and no others, for whoever has cleaned them off what the ledger has committed.",
                List.of("ec2:CreateTags"),
                resources,
                Map.of(
                        "ForAllValues:StringEquals",
                        Map.of(
                                "aws:TagKeys",
                                List.of(
                                        OURS + "execution",
                                        MANAGED,
                                        OURS + "source-image",
                                        OURS + "source-snapshot"))));
    }

    private static Permission tagOnCreation(String action, List<String> resources) {
        return new Permission(
                "TagOnCreation",
                "Tags only while creating, never something that exists.",
                List.of("ec2:CreateTags"),
                resources,
                equal("ec2:CreateAction", action));
    }

    /** EBS uses keys in the name of whoever copies. What is copied may be under a key of any account: one for keys alone is common. */
    private List<Permission> copyKeys() {
        Map<String, Object> viaEc2 = Map.of("StringLike", Map.of("kms:ViaService", throughEc2));
        return List.of(
                new Permission(
                        "ReadUnderAnyKey",
                        "EBS opens the source's data key in this function's name, whichever key it is under; that key's policy decides, too.",
                        List.of("kms:Decrypt", "kms:DescribeKey", "kms:ReEncryptFrom"),
                        keysOfAnyAccount(),
                        viaEc2),
                new Permission(
                        "WriteUnderShareKeys",
                        "EBS encrypts the copy in this function's name, only under keys tagged for it.",
                        List.of("kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncryptTo"),
                        keys(),
                        and(ON_MANAGED, viaEc2)),
                new Permission(
                        "LetEbsKeepUsingThem",
                        "EBS goes on copying after the call has answered; grants to AWS services only.",
                        List.of("kms:CreateGrant"),
                        keysOfAnyAccount(),
                        and(Map.of("Bool", Map.of("kms:GrantIsForAWSResource", "true")), viaEc2)));
    }

    /** The verifier role's name in the boundary's accounts. */
    private List<Permission> assumeVerifiers() {
        Boundary boundary = settings.boundary();
        List<Permission> permissions = new ArrayList<>();
        String why = "The target's side of the proof, through the verifier role that its account may have set up.";
        if (boundary.any()) {
            permissions.add(
                    new Permission("AskTargets", why, List.of("sts:AssumeRole"), List.of(verifierOf("*")), Map.of()));
        }
        if (!boundary.accounts().isEmpty()) {
            permissions.add(new Permission(
                    "AskTargets",
                    why,
                    List.of("sts:AssumeRole"),
                    boundary.accounts().stream().map(this::verifierOf).toList(),
                    Map.of()));
        }
        if (!boundary.organizations().isEmpty()) {
            permissions.add(new Permission(
                    "AskTargetsOfOrganizations",
                    why,
                    List.of("sts:AssumeRole"),
                    List.of(verifierOf("*")),
                    equal("aws:ResourceOrgID", boundary.organizations())));
        }
        return permissions;
    }

    private List<Permission> askOrganizations() {
        return settings.askOrganizations()
                ? List.of(new Permission(
                        "AskOrganizations",
                        "With the setting askOrganizations only: whether an account belongs to the boundary's organization, where no "
                                + "verifier role proves it. Answered only "
                                + "in the management account, or to a delegated administrator.",
                        List.of("organizations:DescribeAccount"),
                        List.of(arn("organizations", "", "*") + "account/*"),
                        Map.of()))
                : List.of();
    }

    private String verifierOf(String account) {
        return arn("iam", "", account) + "role/" + settings.named(TargetAccountStack.VERIFIER_ROLE);
    }

    private List<String> keys() {
        return List.of(arn("kms", "*", settings.account()) + "key/*");
    }

    private List<String> keysOfAnyAccount() {
        return List.of(arn("kms", "*", "*") + "key/*");
    }

    private List<String> images() {
        return List.of(arn("ec2", "*", "") + "image/ami-*");
    }

    private List<String> snapshots() {
        return List.of(arn("ec2", "*", "") + "snapshot/snap-*");
    }

    /** What a call makes has no id yet when IAM judges it. */
    private List<String> newImages() {
        return List.of(arn("ec2", "*", "") + "image/*");
    }

    private List<String> newSnapshots() {
        return List.of(arn("ec2", "*", "") + "snapshot/*");
    }

    /** The beginning of an ARN, up to the resource. */
    private String arn(String service, String region, String account) {
        return "arn:" + partition + ":" + service + ":" + region + ":" + account + ":";
    }

    private static Map<String, Object> equal(String key, Object value) {
        return Map.of("StringEquals", Map.of(key, value));
    }

    /** Whoever sends no tags at all fulfils ForAllValues, too. */
    private static Map<String, Object> onlyTag(String key) {
        return Map.of(
                "ForAllValues:StringEquals", Map.of("aws:TagKeys", List.of(key)),
                "Null", Map.of("aws:TagKeys", "false"));
    }

    private static Map<String, Object> and(Map<String, Object> one, Map<String, Object> other) {
        Map<String, Object> both = new TreeMap<>(one);
        both.putAll(other);
        return both;
    }

    private static <T> List<T> concat(List<T> one, List<T> other) {
        return Stream.concat(one.stream(), other.stream()).toList();
    }
}
