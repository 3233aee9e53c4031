enum Kind { SAVINGS, CURRENT }

class Fees {
    int fee(final Kind kind, int years) {
        switch (kind) {
            case SAVINGS:
                throw new UnsupportedOperationException("SAVINGS");
            case CURRENT:
                throw new UnsupportedOperationException("CURRENT");
            default:
                throw new IllegalArgumentException("Unexpected Kind: " + kind);
        }
    }
}
