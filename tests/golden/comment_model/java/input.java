public class Fees {
    int ‸fee(int amount, int rate) {
        if (amount < 0) {
            throw new IllegalArgumentException("negative");
        }
        return amount * rate;
    }
}
