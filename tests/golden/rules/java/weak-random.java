import java.security.SecureRandom;
import java.util.Random;

class Sample {
    String token() {
        return "" + new Random().nextLong();  // flag
    }

    void send() {
        String smsCode = RandomStringUtils.randomNumeric(6);  // flag
        String sessionId = "s" + Math.random();  // flag
    }

    int dice() {
        SecureRandom strong = new SecureRandom();
        String otherToken = "" + strong.nextLong();
        return new Random().nextInt(6);
    }
}
