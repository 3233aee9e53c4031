public class Account {
    private int balance;

    int balance() {‸
    }
}
