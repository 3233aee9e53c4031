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
            default -> 0;
        };
    }
}
