package bank;

public class Input {
    private int limit;

    public boolean allows(int amount) {
        if (amount > limit) {
            return false;
        return true;
    }

    public void raise(int by) {
        if (by > 0)
            limit += by;
        }
    }
}
