enum Kind { SAVINGS("s"), CURRENT("c"), LOAN("l"); private final String code; Kind(String code) { this.code = code; } }

class Fees {
    int old(Kind kind) {
        switch (kind) {
            case SAVINGS:
                return 1;
            default:
                return 0;
        }
    }

    int arrow(Kind kind) {
        return switch (kind) {
            case LOAN -> 3;
            case SAVINGS -> throw new UnsupportedOperationException("SAVINGS");
            case CURRENT -> throw new UnsupportedOperationException("CURRENT");
            default -> 0;
        };
    }
}
