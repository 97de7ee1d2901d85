import java.util.Scanner;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

public class Main {
    static class Sum implements Callable<Long> {
        private final long a, b;

        Sum(long a, long b) {
            this.a = a;
            this.b = b;
        }

        public Long call() {
            return a + b;
        }
    }

    public static void main(String[] args) throws Exception {
        Scanner in = new Scanner(System.in);
        ExecutorService pool = Executors.newFixedThreadPool(4);
        System.out.println(pool.submit(new Sum(in.nextLong(), in.nextLong())).get());
        pool.shutdown();
    }
}
