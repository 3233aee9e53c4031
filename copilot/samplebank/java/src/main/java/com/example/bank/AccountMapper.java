package com.example.bank;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;

/** MyBatis mapper; the statements stand in {@code mapper/AccountMapper.xml}. */
public interface AccountMapper {

    /** One row of {@code t_account}, or null. */
    Map<String, Object> selectByNumber(String number);

    /** Rows in this state, sorted by a column that the caller names. */
    List<Map<String, Object>> selectByStatus(String status, String orderBy);

    /** 更新余额 with an optimistic lock; returns the number of rows changed. */
    int updateBalance(String number, BigDecimal balance, long version);
}
