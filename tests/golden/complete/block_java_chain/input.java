public class Account {
    Object all(Stream s) {
        ‸
    }
}
