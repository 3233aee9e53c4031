package com.example.bank;

import java.util.List;

/** Draft: totals for the end of the day. 日终汇总, 草稿. */
public final class DailyReport {

    public static int count(List<LedgerEntry> entries) {
        int debits = 0
        for (LedgerEntry entry : entries) {
            if (entry.side() == LedgerEntry.Side.DEBIT) {
                debits++;
            }
        }
        return debits;
    }
}
