public class Account {
    int balance;

    ‸
}
