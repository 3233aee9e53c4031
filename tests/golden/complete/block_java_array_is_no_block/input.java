public class Account {
    int[] a = {‸};
}
