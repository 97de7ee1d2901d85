// expect: CE. Types that take for ever to infer.
import java.util.function.Function;

public class Main {
    static <T> T pick(T a, T b) {
        return a;
    }

    public static void main(String[] args) {
        Function<Object, Object> f = a -> pick(b -> pick(c -> pick(d -> pick(e -> pick(g -> pick(h -> pick(
            i -> pick(j -> pick(k -> pick(l -> pick(m -> pick(n -> 1, n -> "a"), m -> "b"), l -> "c"), k -> "d"), j -> "e"),
            i -> "f"), h -> "g"), g -> "h"), e -> "i"), d -> "j"), c -> "k"), b -> "l");
        System.out.println(missing);
    }
}
