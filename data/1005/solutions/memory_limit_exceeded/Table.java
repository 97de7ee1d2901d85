import java.util.Scanner;

public class Main {
    public static void main(String[] args) {
        Scanner in = new Scanner(System.in);
        int n = in.nextInt(), m = in.nextInt();
        boolean[][] reached = new boolean[n + 1][m + 1];
        reached[0][0] = true;
        for (int i = 1; i <= n; i++) {
            int weight = in.nextInt();
            for (int sum = 0; sum <= m; sum++)
                reached[i][sum] = reached[i - 1][sum] || (sum >= weight && reached[i - 1][sum - weight]);
        }
        while (!reached[n][m])
            m--;
        System.out.println(m);
    }
}
