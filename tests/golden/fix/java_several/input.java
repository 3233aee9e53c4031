package bank;

import java.math.BigDecimal;
import java.util.List;

pubilc class Input {
    private final List<BigDecimal> entries = List.of()
    private static final String NAME = "ledger;

    public BigDecimal balance() {
        BigDecimal sum = BigDecimal.ZERO;
        for (BigDecimal entry : entries {
            sum = sum.add(entry);
        }
        return sum
    }

    public boolean empty() {
        if (entries.size() == 0 and NAME != null) {
            return true;
        }
        return entries[0) == null;
    }
}
