package dev.amishare.request;

import static org.assertj.core.api.Assertions.assertThat;

import dev.amishare.ami.Targets;
import dev.amishare.json.Json;
import dev.amishare.request.ShareRequest.RegionChoice;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RequestParserTest {
    private static final String FULL =
            """
            {"sourceImageId": "ami-0123456789abcdef0", "profile": "golden", "kmsKeyId": "alias/ami-share",
             "targets": {"accounts": ["222222222222"], "roles": ["arn:aws:iam::333333333333:role/team/Launcher"],
               "organizations": ["arn:aws:organizations::111111111111:organization/o-example1234"],
               "organizationalUnits": ["arn:aws:organizations::111111111111:ou/o-example1234/ou-ab12-cdefgh34"]},
             "regions": [{"region": "us-east-1"}, {"region": "eu-west-1", "kmsKeyId": "alias/ami-share-eu"}],
             "name": "golden-al2023-encrypted", "tags": {"team": "platform"}, "shareSnapshots": false,
             "verify": {"instanceTypes": ["t3.micro"], "canary": false, "requireProof": true}}""";

    @Test
    void readsEveryField() {
        Faults faults = new Faults();
        assertThat(RequestParser.request(Json.parse(FULL), faults))
                .isEqualTo(new ShareRequest(
                        "ami-0123456789abcdef0",
                        "golden",
                        "alias/ami-share",
                        new Targets(
                                List.of("222222222222"),
                                List.of("arn:aws:iam::333333333333:role/team/Launcher"),
                                List.of("arn:aws:organizations::111111111111:organization/o-example1234"),
                                List.of("arn:aws:organizations::111111111111:ou/o-example1234/ou-ab12-cdefgh34")),
                        List.of(
                                new RegionChoice("us-east-1", null),
                                new RegionChoice("eu-west-1", "alias/ami-share-eu")),
                        "golden-al2023-encrypted",
                        Map.of("team", "platform"),
                        false,
                        List.of("t3.micro"),
                        true));
        assertThat(faults.lines()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            maxCharsPerColumn = 2000,
            textBlock =
                    """
            "sourceImageId": "ami-0123456789abcdef0"  | "sourceImage": "ami-0123456789abcdef0" | sourceImageId: missing: name the image to share, such as ami-0123456789abcdef0;sourceImage: unknown field: correct or remove it
            "ami-0123456789abcdef0"         | "ami-xyz"             | sourceImageId: must be an image id such as ami-0123456789abcdef0, not 'ami-xyz'
            "ami-0123456789abcdef0"         | "AMI-0123456789ABCDEF0" | sourceImageId: must be an image id such as ami-0123456789abcdef0, not 'AMI-0123456789ABCDEF0'
            "ami-0123456789abcdef0"         | null                  | sourceImageId: must be an image id such as ami-0123456789abcdef0, not null
            "golden",                       | "../x",               | profile: must be the name of a profile: letters, digits and _.-, not '../x'
            "alias/ami-share",              | "my key",             | kmsKeyId: must be a key id, an alias such as alias/ami-share, or the ARN of either, not 'my key'
            "alias/ami-share",              | "key/1234abcd-12ab-34cd-56ef-1234567890ab", | kmsKeyId: must be the key's id alone, '1234abcd-12ab-34cd-56ef-1234567890ab', or its ARN, not 'key/1234abcd-12ab-34cd-56ef-1234567890ab'
            "alias/ami-share",              | "key/",               | kmsKeyId: must be a key id, an alias such as alias/ami-share, or the ARN of either, not 'key/'
            "alias/ami-share",              | "arn:aws:kms:us-east-1:111111111111:1234abcd-12ab-34cd-56ef-1234567890ab", | kmsKeyId: must be a key id, an alias such as alias/ami-share, or the ARN of either, not 'arn:aws:kms:us-east-1:111111111111:1234abcd-12ab-34cd-56ef-1…'
            {"region": "us-east-1"},        | {"region": "us-east-1", "kmsKeyId": "alias/own"}, | kmsKeyId: 'alias/ami-share' would be used nowhere, since each of regions names another key: leave one of the two out
            ["222222222222"]                | ["22222222222"]       | targets.accounts[0]: must be a string of twelve digits, not '22222222222'
            ["222222222222"]                | [222222222222]        | targets.accounts[0]: must be a string of twelve digits, not a number
            ["222222222222"]                | "222222222222"        | targets.accounts: must be a list, not a string
            ["222222222222"]                | ["all"]               | targets.accounts[0]: must be a string of twelve digits, not 'all'
            "accounts": ["222222222222"]    | "account": ["222222222222"] | targets.account: unknown field: correct or remove it
            role/team/Launcher              | role/*                | targets.roles[0]: must be the ARN of a role such as arn:aws:iam::333333333333:role/Launcher, not 'arn:aws:iam::333333333333:role/*'
            :role/team/Launcher             | :user/Ann             | targets.roles[0]: must be the ARN of a role such as arn:aws:iam::333333333333:role/Launcher, not 'arn:aws:iam::333333333333:user/Ann'
            arn:aws:organizations::111111111111:organization/o-example1234 | o-example1234 | targets.organizations[0]: must be the ARN of an organization such as arn:aws:organizations::111111111111:organization/o-example1234, not 'o-example1234'
            arn:aws:organizations::111111111111:ou/o-example1234/ou-ab12-cdefgh34 | ou-ab12-cdefgh34 | targets.organizationalUnits[0]: must be the ARN of a unit such as arn:aws:organizations::111111111111:ou/o-example1234/ou-ab12-cdefgh34, not 'ou-ab12-cdefgh34'
            {"region": "us-east-1"}         | {"region": "US"}      | regions[0].region: must be a Region such as eu-west-1, not 'US'
            {"region": "us-east-1"}         | "us-east-1"           | regions[0]: must be an object, not a string
            {"region": "us-east-1"}         | {"region": "eu-west-1"} | regions[1].region: 'eu-west-1' stands twice: name each Region once, with one key
            {"region": "us-east-1"}         | {"region": "us-east-1", "key": "x"} | regions[0].key: unknown field: correct or remove it
            "golden-al2023-encrypted"       | "a:b"                 | name: must be 3 to 128 letters, digits, blanks and ()[]./-'@_, not 'a:b'
            "golden-al2023-encrypted"       | "a\\nb"               | name: must be 3 to 128 letters, digits, blanks and ()[]./-'@_, not 'a?b'
            {"team": "platform"}            | ["team"]              | tags: must be an object, not a list
            {"team": "platform"}            | {"team": 7}           | tags.team: must be a string, not a number
            {"team": "platform"}            | {"aws:team": "x"}     | tags.aws:team: tags beginning with 'aws:' or 'ami-share:' are reserved: choose another key
            {"team": "platform"}            | {"AMI-share:managed": "x"} | tags.AMI-share:managed: tags beginning with 'aws:' or 'ami-share:' are reserved: choose another key
            {"team": "platform"}            | {"a\\tb": "x"}        | tags.a?b: the key of a tag must be 1 to 128 characters, none of them a control character
            {"team": "platform"}            | {"team": "\\u0000"}   | tags.team: the value of a tag must be up to 256 characters, none of them a control character
            "shareSnapshots": false         | "shareSnapshots": "no" | shareSnapshots: must be true or false, not a string
            ["t3.micro"]                    | ["t3"]                | verify.instanceTypes[0]: must be an instance type such as t3.micro, not 't3'
            "canary": false                 | "canary": true        | verify.canary: this deployment has no canary role: leave it out or set it to false
            "requireProof": true            | "requireProof": 1     | verify.requireProof: must be true or false, not a number
            "requireProof"                  | "requiresProof"       | verify.requiresProof: unknown field: correct or remove it
            """)
    void namesTheFieldAndTheWayOut(String part, String instead, String lines) {
        Faults faults = new Faults();
        RequestParser.request(Json.parse(FULL.replace(part, instead)), faults);
        assertThat(faults.lines()).containsExactly(lines.split(";", -1));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            [{"region": "us-east-1"}, {"region": "eu-west-1", "kmsKeyId": "alias/other"}]
            [{"region": "us-east-1", "kmsKeyId": "alias/ami-share"}, {"region": "eu-west-1", "kmsKeyId": "alias/other"}]
            """)
    void aKeyThatIsUsedSomewhereContradictsNothing(String regions) {
        Faults faults = new Faults();
        RequestParser.request(Json.parse(FULL.replaceAll("\"regions\": \\[.*?\\]", "\"regions\": " + regions)), faults);
        assertThat(faults.lines()).isEmpty();
    }

    @Test
    void theFieldOfAStateMachineThatStartsThisOneIsIgnoredInARequestAndInNothingElse() {
        String started =
                FULL.replaceFirst("\\{", "{\"AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID\": \"arn:aws:states:x\", ");
        Faults ofRequest = new Faults();
        Faults ofProfile = new Faults();

        assertThat(RequestParser.request(Json.parse(started), ofRequest))
                .isEqualTo(RequestParser.request(Json.parse(FULL), new Faults()));
        RequestParser.profile(Json.parse("{\"AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID\": \"x\"}"), "p", ofProfile);

        assertThat(ofRequest.lines()).isEmpty();
        assertThat(ofProfile.lines())
                .containsExactly("p: AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID: unknown field: correct or remove it");
    }

    @Test
    void findsAllFaultsAtOnce() {
        Faults faults = new Faults();
        RequestParser.request(
                Json.parse(
                        "{\"sourceImageId\":7,\"targets\":{\"accounts\":[\"1\",\"222222222222\",null]},\"nmae\":\"x\"}"),
                faults);
        assertThat(faults.lines())
                .containsExactly(
                        "sourceImageId: must be an image id such as ami-0123456789abcdef0, not a number",
                        "targets.accounts[0]: must be a string of twelve digits, not '1'",
                        "targets.accounts[2]: must be a string of twelve digits, not null",
                        "nmae: unknown field: correct or remove it");
    }

    @Test
    void aTargetNamedTwiceIsOneTarget() {
        Faults faults = new Faults();
        ShareRequest request = RequestParser.request(
                Json.parse(
                        FULL.replace("[\"222222222222\"]", "[\"222222222222\", \"333333333333\", \"222222222222\"]")),
                faults);
        assertThat(request.targets().accounts()).containsExactly("222222222222", "333333333333");
        assertThat(faults.isEmpty()).isTrue();
    }

    @Test
    void aProfileHasNoImageAndNamesNoOtherProfile() {
        Faults faults = new Faults();
        RequestParser.profile(Json.parse(FULL), "profile golden", faults);
        assertThat(faults.lines())
                .containsExactly(
                        "profile golden: sourceImageId: unknown field: correct or remove it",
                        "profile golden: profile: unknown field: correct or remove it");
    }

    @Test
    void quotesOfWhatWasGivenAreShort() {
        Faults faults = new Faults();
        RequestParser.request(Json.parse("{\"sourceImageId\":\"" + "x".repeat(1000) + "\"}"), faults);
        assertThat(faults.lines()).allMatch(line -> line.length() < 200);
    }

    @Test
    void aRequestIsCompletedByItsProfile() {
        Faults faults = new Faults();
        ShareRequest profile = RequestParser.profile(
                Json.parse("{\"kmsKeyId\":\"alias/p\",\"targets\":{\"accounts\":[\"222222222222\",\"444444444444\"]},"
                        + "\"tags\":{\"team\":\"p\",\"os\":\"linux\"},\"name\":\"of-profile\"}"),
                "profile golden",
                faults);
        ShareRequest request = RequestParser.request(
                Json.parse(
                        "{\"sourceImageId\":\"ami-0123456789abcdef0\",\"profile\":\"golden\",\"kmsKeyId\":\"alias/r\","
                                + "\"targets\":{\"accounts\":[\"333333333333\",\"222222222222\"]},\"tags\":{\"team\":\"r\"}}"),
                faults);
        ShareRequest both = request.completedBy(profile);
        assertThat(faults.isEmpty()).isTrue();
        assertThat(both.kmsKeyId()).isEqualTo("alias/r");
        assertThat(both.name()).isEqualTo("of-profile");
        assertThat(both.tags()).isEqualTo(Map.of("team", "r", "os", "linux"));
        assertThat(both.targets().accounts()).containsExactly("333333333333", "222222222222", "444444444444");
    }
}
