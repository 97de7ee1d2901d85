import java.util.Scanner;

public class Main {
    public static void main(String[] args) {
        Scanner in = new Scanner(System.in);
        int n = in.nextInt(), m = in.nextInt();
        boolean[] reached = new boolean[m + 1];
        reached[0] = true;
        for (int i = 0; i < n; i++) {
            int weight = in.nextInt();
            for (int sum = m; sum >= weight; sum--)
                reached[sum] |= reached[sum - weight];
        }
        while (!reached[m])
            m--;
        System.out.println(m);
    }
}
