public class Account {
    private int balance;

    int balance() {
        return balance‸
    }

    int twice() {
        return 2 * balance;
    }
}
