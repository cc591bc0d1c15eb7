package dev.amishare.keypolicy;

import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;

/** The vocabulary of these tests. */
final class Some {
    static final String KEY = "arn:aws:kms:eu-west-1:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    static final String ROLE = "arn:aws:iam::333333333333:role/team/Launcher";
    static final String ORGANIZATION = "arn:aws:organizations::111111111111:organization/o-example1234";
    static final String UNIT = "arn:aws:organizations::111111111111:ou/o-example1234/ou-ab12-cdefgh34";
    static final String OTHER_UNIT = "arn:aws:organizations::444444444444:ou/o-other56789/ou-xy89-zzzzzz99";

    /** What KMS gives every new key. */
    static final String ADMINISTRATION =
            """
            {
              "Sid" : "Enable IAM User Permissions",
              "Effect" : "Allow",
              "Principal" : { "AWS" : "arn:aws:iam::111111111111:root" },
              "Action" : "kms:*",
              "Resource" : "*"
            }""";

    private Some() {}

    static Principals principals(String... values) {
        return Principals.parse(List.of(values));
    }

    static Principal principal(String value) {
        return Principal.of(value);
    }

    /** A boundary of accounts and ids of organizations. */
    static Boundary boundary(String... ids) {
        TreeSet<String> accounts = new TreeSet<>();
        TreeSet<String> organizations = new TreeSet<>();
        Arrays.stream(ids).forEach(id -> (id.startsWith("o-") ? organizations : accounts).add(id));
        return new Boundary(false, accounts, organizations);
    }

    static ShareStatements sharedWith(String... values) {
        return ShareStatements.derive(principals(values), Boundary.unlimited(), KEY);
    }

    /** A policy of these statements and the administrators'. */
    static KeyPolicy policy(String... statements) {
        String all = statements.length == 0 ? "" : ", " + String.join(", ", statements);
        return KeyPolicy.parse("{\"Version\": \"2012-10-17\", \"Statement\": [" + ADMINISTRATION + all + "]}");
    }
}
