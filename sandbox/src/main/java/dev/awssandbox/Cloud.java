package dev.awssandbox;

import dev.awssandbox.dynamodb.DynamoDb;
import dev.awssandbox.ec2.Ec2;
import dev.awssandbox.events.EventBus;
import dev.awssandbox.iam.Iam;
import dev.awssandbox.kernel.Kernel;
import dev.awssandbox.kms.Kms;
import dev.awssandbox.lambda.Functions;
import dev.awssandbox.organizations.Organizations;
import dev.awssandbox.sfn.StepFunctions;
import dev.awssandbox.ssm.Ssm;
import java.net.URI;

/**
 * All accounts and Regions of AWS, as far as sharing AMIs touches them, on one clock. Composition root of the services; a reset makes
 * a new one.
 */
public final class Cloud implements AutoCloseable {
    private final Kernel kernel;
    private final Settings settings;
    private final URI endpoint;
    private final CallLog calls;
    private final Faults faults;
    private final Organization organization;
    private final Regions regions;
    private final Trail trail;
    private final Organizations organizations;
    private final Iam iam;
    private final Kms kms;
    private final Ec2 ec2;
    private final Ssm ssm;
    private final DynamoDb dynamoDb;
    private final Functions functions;
    private final EventBus events;
    private final StepFunctions stepFunctions;

    /** A cloud that nobody reaches over the network: its services are called as the SDK clients that they are. */
    public Cloud(Kernel kernel, Settings settings) {
        this(kernel, settings, URI.create("http://127.0.0.1:9"));
    }

    /** A cloud behind {@code endpoint}, which its functions are given as {@code AWS_ENDPOINT_URL}. */
    public Cloud(Kernel kernel, Settings settings, URI endpoint) {
        this.kernel = kernel;
        this.settings = settings;
        this.endpoint = endpoint;
        this.calls = new CallLog(kernel);
        this.faults = new Faults(kernel);
        this.organization = new Organization(kernel);
        this.regions = new Regions(kernel);
        this.trail = new Trail(kernel);
        this.organizations = new Organizations(this);
        this.iam = new Iam(this);
        this.kms = new Kms(this);
        this.ec2 = new Ec2(this);
        this.ssm = new Ssm(this);
        this.dynamoDb = new DynamoDb(this);
        this.functions = new Functions(this);
        this.events = new EventBus(this);
        this.stepFunctions = new StepFunctions(this);
    }

    public Kernel kernel() {
        return kernel;
    }

    public Settings settings() {
        return settings;
    }

    /** Where the wire protocols are spoken. */
    public URI endpoint() {
        return endpoint;
    }

    /** Every call that came over the wire. */
    public CallLog calls() {
        return calls;
    }

    /** What is made to go wrong on the wire. */
    public Faults faults() {
        return faults;
    }

    /** Who belongs to which organization. */
    public Organization organization() {
        return organization;
    }

    /** Which Regions there are, and to whom. */
    public Regions regions() {
        return regions;
    }

    /** What accounts did with what belongs to others. */
    public Trail trail() {
        return trail;
    }

    public Organizations organizations() {
        return organizations;
    }

    public Iam iam() {
        return iam;
    }

    public Kms kms() {
        return kms;
    }

    public Ec2 ec2() {
        return ec2;
    }

    public Ssm ssm() {
        return ssm;
    }

    public DynamoDb dynamoDb() {
        return dynamoDb;
    }

    public Functions functions() {
        return functions;
    }

    public EventBus events() {
        return events;
    }

    public StepFunctions stepFunctions() {
        return stepFunctions;
    }

    @Override
    public void close() {
        functions.close();
        dynamoDb.close();
        kernel.close();
    }
}
