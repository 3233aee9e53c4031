package com.bank.booking;

import java.text.DecimalFormat;
import java.text.SimpleDateFormat;
import java.time.Clock;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.Calendar;
import java.util.Date;
import java.util.Locale;

class Entries {
    private final Clock clock;
    private LocalDate valueDate = LocalDate.now(); // flag

    void post(Entry entry) {
        entry.setBookingDate(LocalDate.now()); // flag
    }

    void value(Entry entry) {
        LocalDateTime valueDate = LocalDateTime.now(); // flag
        entry.value(valueDate);
    }

    boolean isAfterCutOff(LocalTime limit) {
        return LocalTime.now().isAfter(limit); // flag
    }

    void old(Entry entry) {
        entry.setSettlementDate(new Date()); // flag
    }

    void zone(Entry entry) {
        entry.valueDate = LocalDate.now(ZoneId.systemDefault()); // flag
    }

    void calendar(Entry entry) {
        Calendar postingDate = Calendar.getInstance(); // flag
        entry.post(postingDate.getTime());
    }

    LocalDate convert(Date settleDate) {
        return settleDate.toInstant().atZone(ZoneId.systemDefault()).toLocalDate(); // flag
    }

    String fileDate(Date date) {
        return new SimpleDateFormat("yyyyMMdd").format(date); // flag
    }

    String message(Order order) {
        return order.getCurrencyCode().toUpperCase(); // flag
    }

    Channel channel(String name) {
        return Channel.valueOf(name.toUpperCase()); // flag
    }

    String buildMessage(Order order) {
        return String.format("%.2f", order.getAmount()); // flag
    }

    String buildLine(Order order) {
        String amountField = new DecimalFormat("0.00").format(order.getAmount()); // flag
        return amountField;
    }

    void booked(Entry entry) {
        entry.setBookingDate(LocalDate.now(clock)); // near: a clock that is given
    }

    void zoned(Entry entry) {
        entry.setValueDate(LocalDate.now(ZoneId.of("Asia/Shanghai"))); // near: the bank's zone
    }

    String located(Order order) {
        return order.getCurrencyCode().toUpperCase(Locale.ROOT); // near: a locale
    }

    String formatMessage(Order order) {
        return String.format(Locale.ROOT, "%.2f", order.getAmount()); // near: a locale
    }

    void audit(Entry entry) {
        entry.setCreatedAt(LocalDateTime.now()); // near: nothing is booked by it
    }

    String inZone(Date date) {
        SimpleDateFormat format = new SimpleDateFormat("yyyyMMdd", Locale.ROOT); // near: a locale
        format.setTimeZone(TimeZone.getTimeZone("Asia/Shanghai"));
        return format.format(date);
    }

    void log(Order order) {
        log.info(String.format("amount %.2f", order.getAmount())); // near: for people
    }

    String greeting(String name) {
        return "Hello " + name.toUpperCase(); // near: for people
    }

    long start() {
        return System.currentTimeMillis(); // near: an instant has no zone
    }

    Date of(long millis) {
        return new Date(millis); // near: an instant that is given
    }
}
