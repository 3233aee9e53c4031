package com.bank.shared;

import java.text.DateFormat;
import java.text.DecimalFormat;
import java.text.NumberFormat;
import java.text.SimpleDateFormat;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Calendar;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.stereotype.Service;

class Dates {
    private static final SimpleDateFormat FORMAT = new SimpleDateFormat("yyyyMMdd"); // flag
    static DateFormat day = DateFormat.getDateInstance(); // flag
    private static final Calendar CALENDAR = Calendar.getInstance(); // flag
    public static final java.text.SimpleDateFormat FULL = new java.text.SimpleDateFormat("yyyy"); // flag
    private static final DateTimeFormatter SAFE = DateTimeFormatter.ofPattern("yyyyMMdd"); // near: cannot be changed
    private static final ThreadLocal<SimpleDateFormat> LOCAL = ThreadLocal.withInitial(() -> new SimpleDateFormat("yyyyMMdd")); // near: one a thread
    private static final String PATTERN = "yyyyMMdd"; // near: text

    String local(Date date) {
        SimpleDateFormat format = new SimpleDateFormat("yyyyMMdd"); // near: a local
        return format.format(date);
    }
}

@Service
class StatementService {
    private final SimpleDateFormat format = new SimpleDateFormat("yyyy-MM-dd"); // flag
    private NumberFormat money = new DecimalFormat("0.00"); // flag
    private final Map<String, String> sessions = new HashMap<>(); // flag
    private final Map<String, String> safe = new ConcurrentHashMap<>(); // near: made for threads
    private final AccountRepository accounts; // near: given once

    void remember(String id, String user) {
        sessions.put(id, user);
        safe.put(id, user);
    }
}

interface Formats {
    DecimalFormat AMOUNT = new DecimalFormat("0.00"); // flag
}

class Registry {
    private static final Map<String, Account> ACCOUNTS = new HashMap<>(); // flag
    private static List<Order> pending = new ArrayList<>(); // flag
    private static int sequence = 0; // flag
    private static final Map<String, String> CODES = new HashMap<>(); // near: filled once
    private static final Map<String, Account> CONCURRENT = new ConcurrentHashMap<>(); // near: made for threads
    private static final Map<String, Account> GUARDED = new HashMap<>(); // near: under a lock
    private static final List<String> KINDS = List.of("A", "B"); // near: cannot be changed
    private static final AtomicLong COUNTER = new AtomicLong(); // near: made for threads

    static {
        CODES.put("USD", "840");
    }

    void put(Account account) {
        ACCOUNTS.put(account.getId(), account);
        CONCURRENT.put(account.getId(), account);
        synchronized (GUARDED) {
            GUARDED.put(account.getId(), account);
        }
    }

    static void queue(Order order) {
        pending.add(order);
    }

    int next() {
        return ++sequence;
    }
}

class Statement {
    private final SimpleDateFormat format = new SimpleDateFormat("yyyy-MM-dd"); // near: one an object
}

class CurrentSession {
    public static User current; // flag
    public static volatile User last; // near: each thread sees what was put last

    static void login(User user) {
        current = user;
        last = user;
    }
}
