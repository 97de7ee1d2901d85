import java.util.Scanner;

public class Main {
    public static void main(String[] args) {
        final long m = 1000000007;
        long n = new Scanner(System.in).nextLong();
        long a = 0, b = 1;
        for (int bit = 62; bit >= 0; bit--) {
            long c = a * ((2 * b - a + m) % m) % m;
            long d = (a * a + b * b) % m;
            a = (n >> bit & 1) == 1 ? d : c;
            b = (n >> bit & 1) == 1 ? (c + d) % m : d;
        }
        System.out.println(a);
    }
}
