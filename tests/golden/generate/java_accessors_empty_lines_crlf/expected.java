public class Point {
  private int x;
  private final int y = 2;

  public int getX() {
    return x;
  }

  public void setX(int x) {
    this.x = x;
  }

  public int getY() {
    return y;
  }
}
