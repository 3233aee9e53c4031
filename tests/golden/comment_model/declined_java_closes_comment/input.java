public class Fees {
    int ‸fee(int amount) {
        return amount;
    }
}
