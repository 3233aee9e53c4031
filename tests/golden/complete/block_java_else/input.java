public class Account {
    int sign(int x) {
        if (x > 0) {
            return 1;
        } else {‸
        }
    }
}
