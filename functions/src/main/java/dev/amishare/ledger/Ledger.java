package dev.amishare.ledger;

import dev.amishare.error.AwsUnavailable;
import dev.amishare.error.NotShareable;
import dev.amishare.keypolicy.Principals;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;

/**
 * The table of all shares. Every read is consistent; every write is on condition that the item is still what was read, and is tried
 * again if it is not. So each change happens wholly, once, and from a state that allows it, whoever else writes.
 */
public final class Ledger {
    /** Enough for any crowd: a write fails only when another one has succeeded in between. */
    private static final int TRIES = 20;

    private final DynamoDbClient dynamoDb;
    private final String table;

    public Ledger(DynamoDbClient dynamoDb, String table) {
        this.dynamoDb = dynamoDb;
        this.table = table;
    }

    /** What the ledger holds of a share; a share that it does not hold has neither part. */
    public Share read(ShareId id) {
        return share(id, get(id));
    }

    /** All shares under a key. */
    public List<Share> sharesUnder(String keyArn) {
        return dynamoDb
                .queryPaginator(query -> query.tableName(table)
                        .keyConditionExpression("#key = :key")
                        .expressionAttributeNames(Map.of("#key", Items.KEY_ARN))
                        .expressionAttributeValues(Map.of(":key", Items.text(keyArn)))
                        .consistentRead(true))
                .items()
                .stream()
                .map(Items::share)
                .toList();
    }

    /**
     * Some of the shares under a key, in the order of their names.
     *
     * @param after the name to go on after; empty to begin
     * @param most how many at once
     */
    public List<Share> someUnder(String keyArn, String after, int most) {
        boolean begins = after.isEmpty();
        Map<String, String> names =
                begins ? Map.of("#key", Items.KEY_ARN) : Map.of("#key", Items.KEY_ARN, "#name", Items.IMAGE_NAME);
        Map<String, AttributeValue> values = begins
                ? Map.of(":key", Items.text(keyArn))
                : Map.of(":key", Items.text(keyArn), ":name", Items.text(after));
        return dynamoDb
                .query(query -> query.tableName(table)
                        .keyConditionExpression(begins ? "#key = :key" : "#key = :key AND #name > :name")
                        .expressionAttributeNames(names)
                        .expressionAttributeValues(values)
                        .limit(most)
                        .consistentRead(true))
                .items()
                .stream()
                .map(Items::share)
                .toList();
    }

    /** All shares, under whatever key. */
    public List<Share> all() {
        return dynamoDb.scanPaginator(scan -> scan.tableName(table).consistentRead(true)).items().stream()
                .map(Items::share)
                .toList();
    }

    /**
     * The share, if {@code execution} may go forward with it. Each step that makes something asks this first: an invocation that was
     * abandoned, and runs on while its execution is undone, stops here.
     *
     * @throws NotShareable if the claim is not that execution's, or is being undone
     */
    public Share held(ShareId id, String execution) {
        return requireForward(read(id), execution);
    }

    /**
     * Claims the share of {@code request}'s source, to add whom it wants as far as they are not committed. Changes nothing where there
     * is a claim already, or where the name is committed for another source: the caller looks which.
     */
    public Share claim(ShareId id, Claim.Request request) {
        return change(
                id,
                share -> share.claim().isPresent() || share.isOfAnother(request.sourceImageId())
                        ? share
                        : share.withClaim(Optional.of(
                                Claim.begin(request, request.wanted().minus(share.committedPrincipals())))));
    }

    /**
     * Closes the committed part, since its image is gone: nobody is shared with any more, the name is free for any source, and the ids
     * of its snapshots are kept. Changes nothing where there is a claim, or where another image is committed by now.
     *
     * @param at when it was found to be gone
     */
    public Share close(ShareId id, String imageId, Instant at) {
        return change(id, share -> {
            Optional<Committed> gone = share.committed()
                    .filter(c -> c.imageId().equals(imageId) && share.claim().isEmpty());
            return gone.map(c -> share.withCommitted(Optional.empty())
                            .withFormer(Stream.concat(
                                            share.former().stream(),
                                            Stream.of(
                                                    new FormerImage(c.sourceImageId(), c.imageId(), c.snapshots(), at)))
                                    .toList()))
                    .orElse(share);
        });
    }

    /** Forgets former images of which nothing stands any more. */
    public Share forget(ShareId id, Collection<String> formerImageIds) {
        return change(
                id,
                share -> share.withFormer(share.former().stream()
                        .filter(f -> !formerImageIds.contains(f.imageId()))
                        .toList()));
    }

    /**
     * Writes down snapshots that {@code execution} has made.
     *
     * @throws NotShareable as {@link #held}: who is being undone makes nothing more
     */
    public Share recordCopies(ShareId id, String execution, List<Made.Copy> copies) {
        return recordMade(id, execution, made -> made.withCopies(copies));
    }

    /**
     * Writes down the image that {@code execution} has made.
     *
     * @throws NotShareable as {@link #held}
     */
    public Share recordImage(ShareId id, String execution, String imageId) {
        return recordMade(id, execution, made -> made.withImage(imageId));
    }

    /**
     * Writes down that it is {@code execution} that protects its image against deregistration.
     *
     * @throws NotShareable as {@link #held}
     */
    public Share recordProtection(ShareId id, String execution) {
        return recordMade(id, execution, Made::withProtection);
    }

    private Share recordMade(ShareId id, String execution, UnaryOperator<Made> change) {
        return change(id, share -> {
            requireForward(share, execution);
            return withClaim(share, claim -> claim.withMade(change.apply(claim.made())));
        });
    }

    /**
     * Writes down what the undo of {@code execution} has found to be made by it, before it removes any of it.
     *
     * @param imageId the image that a call made whose answer never came
     */
    public Share recordFound(ShareId id, String execution, List<Made.Copy> copies, Optional<String> imageId) {
        return change(
                id,
                share -> share.isClaimedBy(execution)
                        ? withClaim(share, claim -> {
                            Made made = claim.made().withCopies(copies);
                            return claim.withMade(imageId.map(made::withImage).orElse(made));
                        })
                        : share);
    }

    /** Writes down whom of its additions KMS has accepted. Changes nothing where the claim is not {@code execution}'s any more. */
    public Share recordProven(ShareId id, String execution, Principals accepted) {
        return change(
                id,
                share -> share.isClaimedBy(execution)
                        ? withClaim(share, claim -> claim.withProven(accepted.where(claim.adding()::contains)))
                        : share);
    }

    /**
     * Writes down what {@code execution} is about to give, so that undo takes back that and nothing else.
     *
     * @throws NotShareable as {@link #held}
     */
    public Share intend(
            ShareId id, String execution, Collection<String> launchPermissions, Collection<String> copiers) {
        return change(id, share -> {
            Claim claim = requireForward(share, execution).claim().orElseThrow();
            List<String> allPermissions = union(claim.permissions(), launchPermissions);
            List<String> allCopiers = union(claim.copiers(), copiers);
            return share.withClaim(Optional.of(claim.withIntended(allPermissions, allCopiers)));
        });
    }

    /**
     * Makes what {@code execution} has added part of the share, and drops its claim. Changes nothing where that was done before.
     *
     * @throws NotShareable as {@link #held}
     */
    public Share commit(
            ShareId id,
            String execution,
            String imageId,
            List<SharedSnapshot> snapshots,
            Principals wanted,
            Instant at) {
        return change(id, share -> {
            boolean done = share.committed()
                    .filter(c -> c.imageId().equals(imageId)
                            && wanted.minus(c.living()).isEmpty())
                    .isPresent();
            if (done && !share.isClaimedBy(execution)) {
                return share;
            }
            Claim claim = requireForward(share, execution).claim().orElseThrow();
            Optional<Committed> before = share.committed();
            Committed after = new Committed(
                    claim.sourceImageId(),
                    imageId,
                    snapshots,
                    before.map(Committed::principals).orElse(Principals.none()).plus(claim.adding()),
                    before.map(Committed::orphaned).orElse(Principals.none()).minus(claim.adding()),
                    union(before.map(Committed::copiers).orElse(List.of()), claim.copiers()),
                    at,
                    execution);
            Set<String> used =
                    snapshots.stream().map(SharedSnapshot::snapshotId).collect(Collectors.toSet());
            return share.withCommitted(Optional.of(after))
                    .withClaim(Optional.empty())
                    .withFormer(share.former().stream()
                            .filter(f -> f.snapshots().stream().noneMatch(s -> used.contains(s.snapshotId())))
                            .toList());
        });
    }

    /**
     * Turns {@code execution}'s claim backward, for good. Empty where it has none (any more): then there is nothing to undo.
     *
     * @param by the execution that undoes; another one that has begun before keeps its turn
     */
    public Optional<Share> beginUndo(ShareId id, String execution, String by) {
        return Optional.of(change(
                        id,
                        share -> share.isClaimedBy(execution)
                                        && share.claim().orElseThrow().phase() == Claim.Phase.RUNNING
                                ? withClaim(share, claim -> claim.undoing(by))
                                : share))
                .filter(share -> share.isClaimedBy(execution));
    }

    /**
     * Takes the undo of {@code execution}'s claim over from {@code from}, which has ended before it was through. Changes nothing where
     * somebody else was faster: the caller looks who.
     */
    public Share takeUndo(ShareId id, String execution, Optional<String> from, String by) {
        return change(
                id,
                share -> share.isClaimedBy(execution)
                                && share.claim().orElseThrow().undoneBy().equals(from)
                        ? withClaim(share, claim -> claim.undoing(by))
                        : share);
    }

    /** Writes down what the undo of {@code execution} could not remove. While there is any, the claim is not released. */
    public void leave(ShareId id, String execution, List<String> left) {
        change(id, share -> share.isClaimedBy(execution) ? withClaim(share, claim -> claim.withLeft(left)) : share);
    }

    /** Drops {@code execution}'s claim once its undo has left nothing, and with it the item where nothing was ever committed. */
    public Share release(ShareId id, String execution) {
        return change(
                id,
                share -> share.isClaimedBy(execution)
                                && share.claim().orElseThrow().left().isEmpty()
                        ? share.withClaim(Optional.empty())
                        : share);
    }

    /** Marks committed principals as dead: their role was deleted, and no new one of that name is to inherit. */
    public void markOrphaned(ShareId id, Principals dead) {
        change(
                id,
                share -> share.withCommitted(
                        share.committed().map(c -> c.withOrphaned(c.principals().where(dead::contains)))));
    }

    private static Share withClaim(Share share, UnaryOperator<Claim> change) {
        return share.withClaim(share.claim().map(change));
    }

    private static Share requireForward(Share share, String execution) {
        if (share.isClaimedBy(execution) && share.claim().orElseThrow().phase() == Claim.Phase.RUNNING) {
            return share;
        }
        throw new NotShareable("The claim of " + execution + " on " + share.id() + " is "
                + (share.isClaimedBy(execution) ? "being undone" : "gone")
                + ", so nothing more is made for it. Start the same request again.");
    }

    private static List<String> union(Collection<String> one, Collection<String> other) {
        return List.copyOf(
                new TreeSet<>(Stream.concat(one.stream(), other.stream()).toList()));
    }

    /** Reads, and writes what {@code changed} makes of it, unless that is the same, on condition that nobody wrote in between. */
    private Share change(ShareId id, UnaryOperator<Share> changed) {
        for (int i = 0; i < TRIES; i++) {
            Map<String, AttributeValue> item = get(id);
            Share before = share(id, item);
            Share after = changed.apply(before);
            if (after.equals(before) || replaced(item, after)) {
                return after;
            }
        }
        throw new AwsUnavailable("The ledger's item of " + id + " changes too fast. Start again later.");
    }

    private Map<String, AttributeValue> get(ShareId id) {
        return dynamoDb.getItem(get -> get.tableName(table).key(Items.key(id)).consistentRead(true))
                .item();
    }

    private static Share share(ShareId id, Map<String, AttributeValue> item) {
        return item.isEmpty() ? Share.unknown(id) : Items.share(item);
    }

    private boolean replaced(Map<String, AttributeValue> before, Share after) {
        Condition unchanged = Condition.unchanged(before);
        try {
            if (after.committed().isEmpty()
                    && after.claim().isEmpty()
                    && after.former().isEmpty()) {
                dynamoDb.deleteItem(delete -> delete.tableName(table)
                        .key(Items.key(after.id()))
                        .conditionExpression(unchanged.expression())
                        .expressionAttributeNames(unchanged.names())
                        .expressionAttributeValues(unchanged.values()));
            } else {
                dynamoDb.putItem(put -> put.tableName(table)
                        .item(Items.of(after))
                        .conditionExpression(unchanged.expression())
                        .expressionAttributeNames(unchanged.names())
                        .expressionAttributeValues(unchanged.values()));
            }
            return true;
        } catch (ConditionalCheckFailedException e) {
            return false;
        }
    }
}
