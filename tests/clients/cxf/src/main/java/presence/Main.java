package presence;

import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Properties;

/**
 * Uses every operation of a running service as a caller that signs, with Apache CXF. What to use is read from standard input
 * as Java properties; see tests/clients/README.md.
 */
public final class Main {
    private Main() {
    }

    public static void main(String[] arguments) throws Exception {
        Properties input = new Properties();
        input.load(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        Scenario scenario = new Scenario(Port.of(input), input);
        try {
            System.out.println(scenario.run());
        } catch (Difference difference) {
            System.err.println(difference.getMessage());
            System.exit(1);
        }
        // CXF leaves threads behind.
        System.exit(0);
    }
}
