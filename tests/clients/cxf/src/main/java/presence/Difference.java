package presence;

import java.util.Objects;

/** What came is not what was expected. */
final class Difference extends RuntimeException {
    private static final long serialVersionUID = 1;

    private Difference(String message) {
        super(message);
    }

    static void expect(String what, Object expected, Object came) {
        if (!Objects.equals(expected, came)) {
            throw new Difference(what + ": expected " + expected + ", came " + came);
        }
    }
}
