package dev.awssandbox.sfn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.awssandbox.judge.Moto;
import dev.awssandbox.judge.Transcript;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sfn.SfnClient;

/** The tables of the language, on our interpreter and on moto's engine. Run by the profile {@code cross-check}. */
@Tag("cross-check")
final class LanguageCrossCheckTest {
    @Test
    void motoReadsTheTablesAsWeDo() throws Exception {
        List<LanguageCase> cases = LanguageCase.all().toList();
        List<String> differences = new ArrayList<>();
        int run = 0;
        int excused = 0;
        long begun = System.nanoTime();
        try (Moto moto = Moto.start(
                Path.of(System.getProperty("moto.directory")), "111111111111", Region.US_EAST_1, this::say)) {
            for (LanguageCase line : cases) {
                List<String> ours = wording(line, ours(line));
                List<String> theirs = wording(line, theirs(moto, line, "Machine-" + ++run));
                boolean same = ours.equals(theirs);
                if (line.motoDiffers() != null) {
                    excused++;
                    say("not compared: " + line + " (" + line.motoDiffers() + ")");
                    if (same) {
                        differences.add(line + ": moto agrees by now, so it need not be excused");
                    }
                } else if (!same) {
                    differences.add(difference(line, ours, theirs));
                }
                if (run % 25 == 0) {
                    say(run + " of " + cases.size() + " after " + (System.nanoTime() - begun) / 1_000_000_000 + " s");
                }
            }
        }

        differences.forEach(difference -> say("DIFFERENT: " + difference));
        say("definitions compared " + (run - excused) + ", differences " + differences.size() + "; not compared "
                + excused + ", each named above");
        assertThat(differences).isEmpty();
    }

    private static List<String> wording(LanguageCase line, List<String> transcript) {
        return line.motoWords() == null
                ? transcript
                : transcript.stream()
                        .map(event -> event.replaceFirst("(ExecutionFailed|ends FAILED) (\\S+) .*", "$1 $2"))
                        .toList();
    }

    private static List<String> ours(LanguageCase line) {
        try (World world = World.any()) {
            World.Run run = world.run(line.definition(), Json.write(line.input()));
            return Transcript.of(world.client(), run.description(), Transcript.Style.PLAIN);
        }
    }

    private static List<String> theirs(Moto moto, LanguageCase line, String name) throws InterruptedException {
        TestFunctions functions = new TestFunctions();
        moto.functions((function, payload) -> {
            TestFunctions.Answer answer = functions.call(function, payload);
            try {
                Thread.sleep(answer.after().toMillis()); // moto's engine knows only real time
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return new Moto.Answer(answer.result().payload(), answer.result().functionError());
        });
        SfnClient client = moto.client();
        String machine = client.createStateMachine(
                        r -> r.name(name).definition(line.definition()).roleArn(World.ROLE))
                .stateMachineArn();
        String execution = client.startExecution(r -> r.stateMachineArn(machine).input(Json.write(line.input())))
                .executionArn();
        return moto.transcript(
                execution, new Transcript.Style(data -> data, text -> text.replace(name, "Machine"), flow -> flow));
    }

    private static String difference(LanguageCase line, List<String> ours, List<String> theirs) {
        List<String> only = new ArrayList<>(ours);
        only.removeAll(theirs);
        List<String> others = new ArrayList<>(theirs);
        others.removeAll(ours);
        return line + "\n  ours only:   " + String.join("\n               ", only) + "\n  theirs only: "
                + String.join("\n               ", others);
    }

    private void say(String text) {
        System.out.println("[cross-check] " + text);
    }
}
