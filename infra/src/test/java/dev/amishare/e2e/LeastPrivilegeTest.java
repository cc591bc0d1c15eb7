package dev.amishare.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.amishare.e2e.Rights.Right;
import dev.amishare.e2e.Rights.Statement;
import dev.amishare.e2e.Ways.Way;
import dev.awssandbox.iam.Judgement;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each role holds the rights that it uses, and no other: the sandbox's record of runs against the template. */
@ExtendWith(AtTheEnd.class)
final class LeastPrivilegeTest {
    /** Allowed, and not used on any of the ways; each with its reason. */
    private static final Map<Right, String> UNUSED = Map.of();

    @Test
    void everyRightIsUsedAndNothingIsDenied(AtTheEnd.Report report) {
        Path templates = Templates.within("any");
        try (Pipeline pipeline = Pipeline.deployed()) {
            for (Way way : Ways.all()) {
                way.goes().accept(pipeline);
            }
            assertThat(RemovedRight.denied(pipeline)).isEmpty();

            Set<String> used = used(pipeline);
            Set<Right> unused = Rights.rights(templates).stream()
                    .filter(right -> !used.contains(right.toString()))
                    .collect(Collectors.toSet());
            report.add(report(templates, unused));
            assertThat(unused).isEqualTo(UNUSED.keySet());
        }
    }

    /** A few of those that RemovedRightsTest removes, all of them, by hand: of every service one, read and written. */
    @ParameterizedTest
    @CsvSource({
        "CopySnapshot, CopyToManaged, ec2:CopySnapshot",
        "CopySnapshot, WriteUnderShareKeys, kms:GenerateDataKeyWithoutPlaintext",
        "Verify, AskTargets, sts:AssumeRole",
        "ReleaseClaim, DropClaim, dynamodb:DeleteItem"
    })
    void aRightThatIsMissingIsMissed(String role, String sid, String action) {
        assertThat(RemovedRight.of(new Right(role, sid, action)).noticed()).isPresent();
    }

    /** ROLE SID ACTION of every statement that has allowed something. */
    private static Set<String> used(Pipeline pipeline) {
        return pipeline.cloud().iam().judgements().stream()
                .filter(judgement -> judgement.decision().allowed() && judgement.statement() != null)
                .map(LeastPrivilegeTest::right)
                .collect(Collectors.toSet());
    }

    private static String right(Judgement judgement) {
        String statement = Objects.requireNonNull(judgement.statement());
        return RemovedRight.role(judgement) + " " + statement.substring(statement.lastIndexOf('#') + 1) + " "
                + judgement.access().action();
    }

    private static List<String> report(Path templates, Set<Right> unused) {
        Map<String, List<Statement>> byRole = new LinkedHashMap<>();
        Rights.statements(templates).forEach(s -> byRole.computeIfAbsent(s.role(), r -> new ArrayList<>())
                .add(s));
        List<String> lines = new ArrayList<>();
        int rights = Rights.rights(templates).size();
        lines.add("Least privilege: " + rights + " rights of " + byRole.size() + " roles, " + (rights - unused.size())
                + " used, " + unused.size() + " unused; nothing that was needed was denied");
        byRole.forEach((role, statements) -> {
            lines.add("  " + role);
            statements.forEach(statement -> lines.addAll(lines(statement, unused)));
        });
        return lines;
    }

    /** What is used on a line, what is not on one each. */
    private static List<String> lines(Statement statement, Set<Right> unused) {
        List<String> used = new ArrayList<>();
        List<String> lines = new ArrayList<>();
        for (String action : statement.actions()) {
            Right right = new Right(statement.role(), statement.sid(), action);
            if (unused.contains(right)) {
                lines.add("    UNUSED " + action + " " + statement.narrowed() + ": " + UNUSED.getOrDefault(right, "?"));
            } else {
                used.add(used.isEmpty() ? action : action.substring(action.indexOf(':') + 1));
            }
        }
        if (!used.isEmpty()) {
            lines.add(0, "    used " + String.join(", ", used) + " " + statement.narrowed());
        }
        return lines;
    }
}
