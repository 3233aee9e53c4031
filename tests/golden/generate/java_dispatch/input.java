enum Kind { SAVINGS, CURRENT }

class Fees {
    int fee(final Kind kind, int years) {
        throw new UnsupportedOperationException("later");
    }
}
