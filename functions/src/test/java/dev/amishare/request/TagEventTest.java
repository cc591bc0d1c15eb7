package dev.amishare.request;

import static org.assertj.core.api.Assertions.assertThat;

import dev.amishare.json.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TagEventTest {
    private static final String EVENT =
            """
            {"version": "0", "id": "bddcf1d6-0251-35a1-aab0-adc1fb47c11c", "detail-type": "Tag Change on Resource",
             "source": "aws.tag", "account": "111111111111", "time": "2026-01-31T12:00:00Z", "region": "us-east-1",
             "resources": ["arn:aws:ec2:us-east-1:111111111111:image/ami-0123456789abcdef0"],
             "detail": {"changed-tag-keys": ["ami-share:profile"], "service": "ec2", "resource-type": "image", "version": 3,
               "tags": {"ami-share:profile": "golden", "team": "platform"}}}""";

    @Test
    void namesTheImageAndTheProfileAndNothingElse() {
        Faults faults = new Faults();
        ShareRequest request = TagEvent.request(Json.parse(EVENT), "us-east-1", faults);
        assertThat(faults.lines()).isEmpty();
        assertThat(request.sourceImageId()).isEqualTo("ami-0123456789abcdef0");
        assertThat(request.profile()).isEqualTo("golden");
        assertThat(request.targets().principals()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "arn:aws:ec2:us-east-1::image/ami-0123456789abcdef0",
                "arn:aws:ec2::us-east-1:image/ami-0123456789abcdef0",
                "ami-0123456789abcdef0"
            })
    void readsTheImageWhateverStandsBeforeItsId(String arn) {
        Faults faults = new Faults();
        String event = EVENT.replace("arn:aws:ec2:us-east-1:111111111111:image/ami-0123456789abcdef0", arn);
        assertThat(TagEvent.request(Json.parse(event), "us-east-1", faults).sourceImageId())
                .isEqualTo("ami-0123456789abcdef0");
    }

    @Test
    void anEventIsToldFromARequest() {
        assertThat(TagEvent.is(Json.parse(EVENT))).isTrue();
        assertThat(TagEvent.is(Json.parse("{\"sourceImageId\":\"ami-0123456789abcdef0\"}")))
                .isFalse();
        assertThat(TagEvent.is(Json.parse("[]"))).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            ["ami-share:profile"]         | ["team"]                    | the event: the tag ami-share:profile was not set by it, so it starts nothing: set the tag to the name of a profile
            "ami-share:profile": "golden", |                            | the event: the tag ami-share:profile was not set by it, so it starts nothing: set the tag to the name of a profile
            "golden"                      | "222222222222,*"            | tag ami-share:profile: must be the name of a profile: letters, digits and _.-, not '222222222222,*'
            "team": "platform"            | "ami-share:managed": "true", "ami-share:source-image": "ami-1" | the event: the image was made by AMI Share itself: tag its source image, 'ami-1', or, if that is gone, start ShareAmi with this image's own id
            "resource-type": "image"      | "resource-type": "snapshot" | the event: must be about an image of ec2, not 'snapshot' of 'ec2': correct the rule that sent it
            "aws.tag"                     | "my.app"                    | the event: must be 'Tag Change on Resource' from aws.tag, not 'Tag Change on Resource' from 'my.app': correct the rule that sent it
            "region": "us-east-1"         | "region": "eu-west-1"       | the event: is from 'eu-west-1', but this deployment shares images of us-east-1: tag the image there
            image/ami-0123456789abcdef0   | image/x                     | the event: resources must be one image's ARN, not 'arn:aws:ec2:us-east-1:111111111111:image/x'
            """)
    void refusesEventsThatMustNotStartAnything(String part, String instead, String line) {
        Faults faults = new Faults();
        String event = EVENT.replace(part, instead == null ? "" : instead);
        TagEvent.request(Json.parse(event), "us-east-1", faults);
        assertThat(faults.lines()).containsExactly(line);
    }
}
