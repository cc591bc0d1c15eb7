package dev.amishare.demo;

import dev.awssandbox.Sandbox;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.sfn.SfnClient;

/** The administrator of one account, with real SDK clients that speak to the sandbox over the wire, as the AWS CLI would. */
final class Account implements AutoCloseable {
    private final String id;
    private final Ec2Client ec2;
    private final KmsClient kms;
    private final SfnClient stepFunctions;

    Account(String id, Sandbox sandbox, String region) {
        Sandbox.Endpoint endpoint = sandbox.as(id);
        this.id = id;
        this.ec2 = endpoint.client(Ec2Client.builder().httpClientBuilder(UrlConnectionHttpClient.builder()), region);
        this.kms = endpoint.client(KmsClient.builder().httpClientBuilder(UrlConnectionHttpClient.builder()), region);
        this.stepFunctions =
                endpoint.client(SfnClient.builder().httpClientBuilder(UrlConnectionHttpClient.builder()), region);
    }

    String id() {
        return id;
    }

    Ec2Client ec2() {
        return ec2;
    }

    KmsClient kms() {
        return kms;
    }

    SfnClient stepFunctions() {
        return stepFunctions;
    }

    @Override
    public void close() {
        ec2.close();
        kms.close();
        stepFunctions.close();
    }

    @Override
    public String toString() {
        return id;
    }
}
