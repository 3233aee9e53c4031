public class Point {
  private int x;
  private final int y = 2;
}
