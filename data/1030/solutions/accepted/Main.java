import java.util.Scanner;

public class Main {
    public static void main(String[] args) {
        Scanner in = new Scanner(System.in);
        long low = 1, high = in.nextLong();
        while (true) {
            long guess = (low + high) / 2;
            System.out.println(guess);
            String answer = in.next();
            if (answer.equals("="))
                return;
            if (answer.equals("<"))
                high = guess - 1;
            else
                low = guess + 1;
        }
    }
}
