package dev.awssandbox.ec2;

import java.util.function.Supplier;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.AttachImageWatermarkRequest;
import software.amazon.awssdk.services.ec2.model.AttachImageWatermarkResponse;
import software.amazon.awssdk.services.ec2.model.CancelImageLaunchPermissionRequest;
import software.amazon.awssdk.services.ec2.model.CancelImageLaunchPermissionResponse;
import software.amazon.awssdk.services.ec2.model.CopyImageRequest;
import software.amazon.awssdk.services.ec2.model.CopyImageResponse;
import software.amazon.awssdk.services.ec2.model.CopySnapshotRequest;
import software.amazon.awssdk.services.ec2.model.CopySnapshotResponse;
import software.amazon.awssdk.services.ec2.model.CreateSnapshotRequest;
import software.amazon.awssdk.services.ec2.model.CreateSnapshotResponse;
import software.amazon.awssdk.services.ec2.model.CreateTagsRequest;
import software.amazon.awssdk.services.ec2.model.CreateTagsResponse;
import software.amazon.awssdk.services.ec2.model.CreateVolumeRequest;
import software.amazon.awssdk.services.ec2.model.CreateVolumeResponse;
import software.amazon.awssdk.services.ec2.model.DeleteSnapshotRequest;
import software.amazon.awssdk.services.ec2.model.DeleteSnapshotResponse;
import software.amazon.awssdk.services.ec2.model.DeleteTagsRequest;
import software.amazon.awssdk.services.ec2.model.DeleteTagsResponse;
import software.amazon.awssdk.services.ec2.model.DeleteVolumeRequest;
import software.amazon.awssdk.services.ec2.model.DeleteVolumeResponse;
import software.amazon.awssdk.services.ec2.model.DeregisterImageRequest;
import software.amazon.awssdk.services.ec2.model.DeregisterImageResponse;
import software.amazon.awssdk.services.ec2.model.DescribeAvailabilityZonesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeAvailabilityZonesResponse;
import software.amazon.awssdk.services.ec2.model.DescribeImageAttributeRequest;
import software.amazon.awssdk.services.ec2.model.DescribeImageAttributeResponse;
import software.amazon.awssdk.services.ec2.model.DescribeImagesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeImagesResponse;
import software.amazon.awssdk.services.ec2.model.DescribeInstanceTypeOfferingsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeInstanceTypeOfferingsResponse;
import software.amazon.awssdk.services.ec2.model.DescribeInstanceTypesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeInstanceTypesResponse;
import software.amazon.awssdk.services.ec2.model.DescribeInstancesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeInstancesResponse;
import software.amazon.awssdk.services.ec2.model.DescribeRegionsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeRegionsResponse;
import software.amazon.awssdk.services.ec2.model.DescribeSnapshotAttributeRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSnapshotAttributeResponse;
import software.amazon.awssdk.services.ec2.model.DescribeSnapshotsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSnapshotsResponse;
import software.amazon.awssdk.services.ec2.model.DescribeSubnetsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSubnetsResponse;
import software.amazon.awssdk.services.ec2.model.DescribeTagsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeTagsResponse;
import software.amazon.awssdk.services.ec2.model.DescribeVolumesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeVolumesResponse;
import software.amazon.awssdk.services.ec2.model.DescribeVpcsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeVpcsResponse;
import software.amazon.awssdk.services.ec2.model.DetachImageWatermarkRequest;
import software.amazon.awssdk.services.ec2.model.DetachImageWatermarkResponse;
import software.amazon.awssdk.services.ec2.model.DisableEbsEncryptionByDefaultRequest;
import software.amazon.awssdk.services.ec2.model.DisableEbsEncryptionByDefaultResponse;
import software.amazon.awssdk.services.ec2.model.DisableImageBlockPublicAccessRequest;
import software.amazon.awssdk.services.ec2.model.DisableImageBlockPublicAccessResponse;
import software.amazon.awssdk.services.ec2.model.DisableImageDeprecationRequest;
import software.amazon.awssdk.services.ec2.model.DisableImageDeprecationResponse;
import software.amazon.awssdk.services.ec2.model.DisableImageDeregistrationProtectionRequest;
import software.amazon.awssdk.services.ec2.model.DisableImageDeregistrationProtectionResponse;
import software.amazon.awssdk.services.ec2.model.DisableImageRequest;
import software.amazon.awssdk.services.ec2.model.DisableImageResponse;
import software.amazon.awssdk.services.ec2.model.EnableEbsEncryptionByDefaultRequest;
import software.amazon.awssdk.services.ec2.model.EnableEbsEncryptionByDefaultResponse;
import software.amazon.awssdk.services.ec2.model.EnableImageBlockPublicAccessRequest;
import software.amazon.awssdk.services.ec2.model.EnableImageBlockPublicAccessResponse;
import software.amazon.awssdk.services.ec2.model.EnableImageDeprecationRequest;
import software.amazon.awssdk.services.ec2.model.EnableImageDeprecationResponse;
import software.amazon.awssdk.services.ec2.model.EnableImageDeregistrationProtectionRequest;
import software.amazon.awssdk.services.ec2.model.EnableImageDeregistrationProtectionResponse;
import software.amazon.awssdk.services.ec2.model.EnableImageRequest;
import software.amazon.awssdk.services.ec2.model.EnableImageResponse;
import software.amazon.awssdk.services.ec2.model.GetEbsDefaultKmsKeyIdRequest;
import software.amazon.awssdk.services.ec2.model.GetEbsDefaultKmsKeyIdResponse;
import software.amazon.awssdk.services.ec2.model.GetEbsEncryptionByDefaultRequest;
import software.amazon.awssdk.services.ec2.model.GetEbsEncryptionByDefaultResponse;
import software.amazon.awssdk.services.ec2.model.GetImageBlockPublicAccessStateRequest;
import software.amazon.awssdk.services.ec2.model.GetImageBlockPublicAccessStateResponse;
import software.amazon.awssdk.services.ec2.model.ModifyEbsDefaultKmsKeyIdRequest;
import software.amazon.awssdk.services.ec2.model.ModifyEbsDefaultKmsKeyIdResponse;
import software.amazon.awssdk.services.ec2.model.ModifyImageAttributeRequest;
import software.amazon.awssdk.services.ec2.model.ModifyImageAttributeResponse;
import software.amazon.awssdk.services.ec2.model.ModifySnapshotAttributeRequest;
import software.amazon.awssdk.services.ec2.model.ModifySnapshotAttributeResponse;
import software.amazon.awssdk.services.ec2.model.RegisterImageRequest;
import software.amazon.awssdk.services.ec2.model.RegisterImageResponse;
import software.amazon.awssdk.services.ec2.model.ReplaceImageInstanceTypeSpecificationRequest;
import software.amazon.awssdk.services.ec2.model.ReplaceImageInstanceTypeSpecificationResponse;
import software.amazon.awssdk.services.ec2.model.ResetEbsDefaultKmsKeyIdRequest;
import software.amazon.awssdk.services.ec2.model.ResetEbsDefaultKmsKeyIdResponse;
import software.amazon.awssdk.services.ec2.model.ResetImageAttributeRequest;
import software.amazon.awssdk.services.ec2.model.ResetImageAttributeResponse;
import software.amazon.awssdk.services.ec2.model.RunInstancesRequest;
import software.amazon.awssdk.services.ec2.model.RunInstancesResponse;
import software.amazon.awssdk.services.ec2.model.TerminateInstancesRequest;
import software.amazon.awssdk.services.ec2.model.TerminateInstancesResponse;

/** EC2 for one caller in one Region: every action that is known, and where it is done. The others throw, as the interface does. */
final class Ec2Calls implements Ec2Client {
    private final Call call;

    Ec2Calls(Call call) {
        this.call = call;
    }

    @Override
    public String serviceName() {
        return SERVICE_NAME;
    }

    @Override
    public void close() {}

    private <T> T locked(Supplier<T> body) {
        return call.cloud().kernel().locked(body);
    }

    @Override
    public DescribeImagesResponse describeImages(DescribeImagesRequest request) {
        return locked(() -> new Images(call).describe(request));
    }

    @Override
    public DeregisterImageResponse deregisterImage(DeregisterImageRequest request) {
        return locked(() -> new Images(call).deregister(request));
    }

    @Override
    public DisableImageResponse disableImage(DisableImageRequest request) {
        return locked(() -> new Images(call).disable(request));
    }

    @Override
    public EnableImageResponse enableImage(EnableImageRequest request) {
        return locked(() -> new Images(call).enable(request));
    }

    @Override
    public EnableImageDeprecationResponse enableImageDeprecation(EnableImageDeprecationRequest request) {
        return locked(() -> new Images(call).deprecate(request));
    }

    @Override
    public DisableImageDeprecationResponse disableImageDeprecation(DisableImageDeprecationRequest request) {
        return locked(() -> new Images(call).undeprecate(request));
    }

    @Override
    public EnableImageDeregistrationProtectionResponse enableImageDeregistrationProtection(
            EnableImageDeregistrationProtectionRequest request) {
        return locked(() -> new Images(call).protect(request));
    }

    @Override
    public DisableImageDeregistrationProtectionResponse disableImageDeregistrationProtection(
            DisableImageDeregistrationProtectionRequest request) {
        return locked(() -> new Images(call).unprotect(request));
    }

    @Override
    public RegisterImageResponse registerImage(RegisterImageRequest request) {
        return locked(() -> new Registration(call).register(request));
    }

    @Override
    public CopyImageResponse copyImage(CopyImageRequest request) {
        return locked(() -> new ImageCopies(call).copy(request));
    }

    @Override
    public DescribeImageAttributeResponse describeImageAttribute(DescribeImageAttributeRequest request) {
        return locked(() -> new ImageAttributes(call).describe(request));
    }

    @Override
    public ModifyImageAttributeResponse modifyImageAttribute(ModifyImageAttributeRequest request) {
        return locked(() -> new ImageAttributes(call).modify(request));
    }

    @Override
    public ResetImageAttributeResponse resetImageAttribute(ResetImageAttributeRequest request) {
        return locked(() -> new ImageAttributes(call).reset(request));
    }

    @Override
    public CancelImageLaunchPermissionResponse cancelImageLaunchPermission(CancelImageLaunchPermissionRequest request) {
        return locked(() -> new ImageAttributes(call).cancel(request));
    }

    @Override
    public AttachImageWatermarkResponse attachImageWatermark(AttachImageWatermarkRequest request) {
        return locked(() -> new ImageMarks(call).attach(request));
    }

    @Override
    public DetachImageWatermarkResponse detachImageWatermark(DetachImageWatermarkRequest request) {
        return locked(() -> new ImageMarks(call).detach(request));
    }

    @Override
    public ReplaceImageInstanceTypeSpecificationResponse replaceImageInstanceTypeSpecification(
            ReplaceImageInstanceTypeSpecificationRequest request) {
        return locked(() -> new ImageMarks(call).specify(request));
    }

    @Override
    public DescribeSnapshotsResponse describeSnapshots(DescribeSnapshotsRequest request) {
        return locked(() -> new Snapshots(call).describe(request));
    }

    @Override
    public CreateSnapshotResponse createSnapshot(CreateSnapshotRequest request) {
        return locked(() -> new Snapshots(call).create(request));
    }

    @Override
    public DeleteSnapshotResponse deleteSnapshot(DeleteSnapshotRequest request) {
        return locked(() -> new Snapshots(call).delete(request));
    }

    @Override
    public CopySnapshotResponse copySnapshot(CopySnapshotRequest request) {
        return locked(() -> new SnapshotCopies(call).copy(request));
    }

    @Override
    public DescribeSnapshotAttributeResponse describeSnapshotAttribute(DescribeSnapshotAttributeRequest request) {
        return locked(() -> new SnapshotAttributes(call).describe(request));
    }

    @Override
    public ModifySnapshotAttributeResponse modifySnapshotAttribute(ModifySnapshotAttributeRequest request) {
        return locked(() -> new SnapshotAttributes(call).modify(request));
    }

    @Override
    public CreateVolumeResponse createVolume(CreateVolumeRequest request) {
        return locked(() -> new Volumes(call).create(request));
    }

    @Override
    public DescribeVolumesResponse describeVolumes(DescribeVolumesRequest request) {
        return locked(() -> new Volumes(call).describe(request));
    }

    @Override
    public DeleteVolumeResponse deleteVolume(DeleteVolumeRequest request) {
        return locked(() -> new Volumes(call).delete(request));
    }

    @Override
    public RunInstancesResponse runInstances(RunInstancesRequest request) {
        return locked(() -> new Launch(call).run(request));
    }

    @Override
    public DescribeInstancesResponse describeInstances(DescribeInstancesRequest request) {
        return locked(() -> new Instances(call).describe(request));
    }

    @Override
    public TerminateInstancesResponse terminateInstances(TerminateInstancesRequest request) {
        return locked(() -> new Instances(call).terminate(request));
    }

    @Override
    public DescribeInstanceTypesResponse describeInstanceTypes(DescribeInstanceTypesRequest request) {
        return locked(() -> new InstanceTypes(call).describe(request));
    }

    @Override
    public DescribeInstanceTypeOfferingsResponse describeInstanceTypeOfferings(
            DescribeInstanceTypeOfferingsRequest request) {
        return locked(() -> new InstanceTypes(call).offerings(request));
    }

    @Override
    public CreateTagsResponse createTags(CreateTagsRequest request) {
        return locked(() -> new Tags(call).create(request));
    }

    @Override
    public DeleteTagsResponse deleteTags(DeleteTagsRequest request) {
        return locked(() -> new Tags(call).delete(request));
    }

    @Override
    public DescribeTagsResponse describeTags(DescribeTagsRequest request) {
        return locked(() -> new Tags(call).describe(request));
    }

    @Override
    public DescribeAvailabilityZonesResponse describeAvailabilityZones(DescribeAvailabilityZonesRequest request) {
        return locked(() -> new Network(call).zones(request));
    }

    @Override
    public DescribeRegionsResponse describeRegions(DescribeRegionsRequest request) {
        return locked(() -> new Network(call).regions(request));
    }

    @Override
    public DescribeVpcsResponse describeVpcs(DescribeVpcsRequest request) {
        return locked(() -> new Network(call).vpcs(request));
    }

    @Override
    public DescribeSubnetsResponse describeSubnets(DescribeSubnetsRequest request) {
        return locked(() -> new Network(call).subnets(request));
    }

    @Override
    public GetImageBlockPublicAccessStateResponse getImageBlockPublicAccessState(
            GetImageBlockPublicAccessStateRequest request) {
        return locked(() -> new AccountSettings(call).blockPublicAccess(request));
    }

    @Override
    public EnableImageBlockPublicAccessResponse enableImageBlockPublicAccess(
            EnableImageBlockPublicAccessRequest request) {
        return locked(() -> new AccountSettings(call).enableBlock(request));
    }

    @Override
    public DisableImageBlockPublicAccessResponse disableImageBlockPublicAccess(
            DisableImageBlockPublicAccessRequest request) {
        return locked(() -> new AccountSettings(call).disableBlock(request));
    }

    @Override
    public GetEbsEncryptionByDefaultResponse getEbsEncryptionByDefault(GetEbsEncryptionByDefaultRequest request) {
        return locked(() -> new AccountSettings(call).encryptionByDefault(request));
    }

    @Override
    public EnableEbsEncryptionByDefaultResponse enableEbsEncryptionByDefault(
            EnableEbsEncryptionByDefaultRequest request) {
        return locked(() -> new AccountSettings(call).enableEncryption(request));
    }

    @Override
    public DisableEbsEncryptionByDefaultResponse disableEbsEncryptionByDefault(
            DisableEbsEncryptionByDefaultRequest request) {
        return locked(() -> new AccountSettings(call).disableEncryption(request));
    }

    @Override
    public GetEbsDefaultKmsKeyIdResponse getEbsDefaultKmsKeyId(GetEbsDefaultKmsKeyIdRequest request) {
        return locked(() -> new AccountSettings(call).defaultKey(request));
    }

    @Override
    public ModifyEbsDefaultKmsKeyIdResponse modifyEbsDefaultKmsKeyId(ModifyEbsDefaultKmsKeyIdRequest request) {
        return locked(() -> new AccountSettings(call).modifyDefaultKey(request));
    }

    @Override
    public ResetEbsDefaultKmsKeyIdResponse resetEbsDefaultKmsKeyId(ResetEbsDefaultKmsKeyIdRequest request) {
        return locked(() -> new AccountSettings(call).resetDefaultKey(request));
    }
}
