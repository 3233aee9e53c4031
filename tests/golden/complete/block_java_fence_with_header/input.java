public class Account {
    int twice(int x) {
        ‸
    }
}
