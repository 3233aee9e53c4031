import lombok.Data;

@Data
class A {
    private int x;
}
