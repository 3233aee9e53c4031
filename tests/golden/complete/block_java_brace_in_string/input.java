public class Account {
    String text() {
        ‸
    }
}
