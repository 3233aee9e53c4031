package bank;

public class Input {
    private int limit;

    public boolean allows(int amount) {
        return amount <= limit;
    }

    public int limit() {
        return limit;
    }
}
