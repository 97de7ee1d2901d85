import java.io.*;

public class Grader {
    public static void main(String[] args) throws IOException {
        StreamTokenizer in = new StreamTokenizer(new BufferedInputStream(System.in));
        in.nextToken();
        int[] numbers = new int[(int) in.nval];
        for (int i = 0; i < numbers.length; i++) {
            in.nextToken();
            numbers[i] = (int) in.nval;
        }
        System.out.println(Solution.longest(numbers));
    }
}
