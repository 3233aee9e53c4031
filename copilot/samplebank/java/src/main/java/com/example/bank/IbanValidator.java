package com.example.bank;

import java.util.Locale;
import java.util.Map;

/** IBAN checks (ISO 13616). 校验 IBAN. */
public final class IbanValidator {
    private static final Map<String, Integer> LENGTHS =
            Map.of("AT", 20, "BE", 16, "CH", 21, "DE", 22, "ES", 24, "FR", 27, "GB", 22, "IT", 27, "NL", 18);

    private IbanValidator() {}

    /** Upper case, without blanks. */
    public static String compact(String text) {
        return text.replace(" ", "").toUpperCase(Locale.ROOT);
    }

    /** True when length and checksum hold. */
    public static boolean isValid(String text) {
        String iban = compact(text);
        if (iban.length() < 4 || !iban.chars().allMatch(IbanValidator::isAllowed)) {
            return false;
        }
        Integer length = LENGTHS.get(iban.substring(0, 2));
        if (length == null || length != iban.length()) {
            return false;
        }
        return remainder(iban.substring(4) + iban.substring(0, 4)) == 1;
    }

    /**
     * The compact IBAN.
     *
     * @throws BankException when the text is not an IBAN
     */
    public static String require(String text) {
        if (!isValid(text)) {
            throw new BankException("B0201", "not an IBAN");
        }
        return compact(text);
    }

    private static boolean isAllowed(int character) {
        return character >= '0' && character <= '9' || character >= 'A' && character <= 'Z';
    }

    private static int remainder(String text) {
        int result = 0;
        for (char character : text.toCharArray()) {
            int value = Character.getNumericValue(character);
            result = (value > 9 ? result * 100 + value : result * 10 + value) % 97;
        }
        return result;
    }
}
