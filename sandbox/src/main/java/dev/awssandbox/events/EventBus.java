package dev.awssandbox.events;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.awssandbox.Caller;
import dev.awssandbox.Cloud;
import dev.awssandbox.kernel.Kernel;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.sts.model.Credentials;
import software.amazon.event.ruler.Machine;

/**
 * EventBridge: the default bus of every account and Region, its rules, and their delivery to state machines. Patterns are matched by the
 * engine that EventBridge itself uses.
 */
public final class EventBus {
    private static final Duration DELIVERY = Duration.ofMillis(300);
    private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
    private static final String EVENTS = "events.amazonaws.com";

    private final Cloud cloud;
    private final Kernel kernel;
    private final Queues queues = new Queues();
    private final Map<String, Installed> rules = new TreeMap<>();
    private int toDrop;
    private int toDuplicate;
    private double dropRate;
    private double duplicateRate;

    public EventBus(Cloud cloud) {
        this.cloud = cloud;
        this.kernel = cloud.kernel();
    }

    /** The queues for what could not be delivered. */
    public Queues queues() {
        return queues;
    }

    /**
     * An event of an AWS service. It reaches the rules it matches a moment later.
     *
     * @param event at least {@code source}, {@code detail-type}, {@code resources} and {@code detail}; {@code version}, {@code id},
     *     {@code account}, {@code time} and {@code region} are added where they are missing
     */
    public void publish(String account, String region, ObjectNode event) {
        kernel.locked(() -> {
            ObjectNode whole = envelope(account, region);
            whole.setAll(event);
            rules.values().stream()
                    .filter(installed -> installed.rule.enabled()
                            && installed.rule.account().equals(account)
                            && installed.rule.region().equals(region)
                            && installed.matches(whole))
                    .toList()
                    .forEach(installed -> send(installed.rule, whole));
        });
    }

    /**
     * Makes or replaces a rule.
     *
     * @throws IllegalArgumentException if the pattern or the schedule cannot be understood
     */
    public void putRule(Rule rule) {
        kernel.locked(() -> {
            Installed installed = new Installed(rule);
            rules.put(rule.arn(), installed);
            if (rule.schedule() != null && rule.enabled()) {
                Duration period = Schedule.period(rule.schedule());
                scheduleNext(installed, period);
            }
        });
    }

    /** The next {@code count} events that match a rule are lost, as best effort permits. */
    public void dropNext(int count) {
        kernel.locked(() -> {
            toDrop = count;
        });
    }

    /** The next {@code count} events that match a rule are delivered twice, as at-least-once permits. */
    public void duplicateNext(int count) {
        kernel.locked(() -> {
            toDuplicate = count;
        });
    }

    /** From now on matching events are lost, or delivered twice, with these probabilities, drawn from the kernel's seed. */
    public void atRates(double drop, double duplicate) {
        kernel.locked(() -> {
            dropRate = drop;
            duplicateRate = duplicate;
        });
    }

    private void scheduleNext(Installed installed, Duration period) {
        kernel.inBackground(period, () -> {
            Rule rule = installed.rule;
            if (!installed.equals(rules.get(rule.arn()))) {
                return;
            }
            ObjectNode event = envelope(rule.account(), rule.region());
            event.put("source", "aws.events").put("detail-type", "Scheduled Event");
            event.putArray("resources").add(rule.arn());
            event.putObject("detail");
            deliver(rule, event);
            scheduleNext(installed, period);
        });
    }

    private void send(Rule rule, ObjectNode event) {
        if (isNext(toDrop, dropRate)) {
            toDrop = Math.max(0, toDrop - 1);
            return;
        }
        kernel.after(DELIVERY, () -> deliver(rule, event));
        if (isNext(toDuplicate, duplicateRate)) {
            toDuplicate = Math.max(0, toDuplicate - 1);
            kernel.after(DELIVERY.multipliedBy(2), () -> deliver(rule, event));
        }
    }

    private boolean isNext(int count, double rate) {
        return count > 0 || (rate > 0 && kernel.random().nextDouble() < rate);
    }

    private void deliver(Rule rule, ObjectNode event) {
        Instant now = kernel.now();
        rule.targets().forEach(target -> attempt(new Delivery(rule, target, event, now), 0));
    }

    /** EventBridge repeats what may succeed later; what the role may not do, or is not there, it gives up at once. */
    private void attempt(Delivery delivery, int retries) {
        Rule.Target target = delivery.target;
        try {
            start(delivery);
        } catch (AwsServiceException e) {
            Duration delay = FIRST_RETRY.multipliedBy(1L << Math.min(retries, 10));
            boolean inTime = kernel.now().plus(delay).isBefore(delivery.since.plus(target.maximumEventAge()));
            boolean mayPass = e.statusCode() >= 500 || e.isThrottlingException();
            if (mayPass && inTime && retries < target.maximumRetryAttempts()) {
                kernel.after(delay, () -> attempt(delivery, retries + 1));
            } else {
                giveUp(
                        delivery,
                        e.awsErrorDetails().errorCode(),
                        e.awsErrorDetails().errorMessage());
            }
        }
    }

    private void start(Delivery delivery) {
        Rule.Target target = delivery.target;
        if (!cloud.iam().serviceMayAssume(target.roleArn(), EVENTS)) {
            giveUp(
                    delivery,
                    "NO_PERMISSIONS",
                    "The role " + target.roleArn() + " cannot be assumed by principal '" + EVENTS + "'");
            return;
        }
        Credentials session = cloud.iam().sessionOf(target.roleArn(), delivery.rule.name());
        Caller caller = cloud.iam().callerOf(session.accessKeyId()).orElseThrow();
        String name = delivery.event.path("id").asText() + "_" + uuid();
        cloud.stepFunctions().client(caller, delivery.rule.region()).startExecution(r -> r.stateMachineArn(target.arn())
                .name(name)
                .input(target.input() == null ? delivery.event.toString() : target.input()));
    }

    private void giveUp(Delivery delivery, String code, @Nullable String message) {
        String queue = delivery.target.deadLetterArn();
        if (queue != null) {
            queues.send(
                    queue,
                    new Queues.Message(
                            delivery.event.toString(),
                            Map.of(
                                    "RULE_ARN", delivery.rule.arn(),
                                    "TARGET_ARN", delivery.target.arn(),
                                    "ERROR_CODE", code,
                                    "ERROR_MESSAGE", String.valueOf(message))));
        }
    }

    private ObjectNode envelope(String account, String region) {
        ObjectNode event = JsonNodeFactory.instance.objectNode();
        return event.put("version", "0")
                .put("id", uuid())
                .put("detail-type", "")
                .put("source", "")
                .put("account", account)
                .put("time", kernel.now().truncatedTo(ChronoUnit.SECONDS).toString())
                .put("region", region);
    }

    private String uuid() {
        return new UUID(kernel.random().nextLong(), kernel.random().nextLong()).toString();
    }

    private record Delivery(Rule rule, Rule.Target target, ObjectNode event, Instant since) {}

    /** A rule, and its pattern made ready to match. */
    private static final class Installed {
        private final Rule rule;
        private final Machine machine = Machine.builder().build();

        private Installed(Rule rule) {
            this.rule = rule;
            if (rule.eventPattern() == null) {
                return;
            }
            try {
                machine.addRule(rule.name(), rule.eventPattern());
            } catch (IOException e) {
                throw new IllegalArgumentException(
                        "Event pattern of rule " + rule.name() + " is not valid: " + e.getMessage(), e);
            }
        }

        private boolean matches(ObjectNode event) {
            if (rule.eventPattern() == null) {
                return false;
            }
            try {
                return !machine.rulesForJSONEvent(event.toString()).isEmpty();
            } catch (Exception e) {
                throw new IllegalArgumentException("an event that the rules' engine cannot read: " + event, e);
            }
        }
    }
}
