// Reading, printing, threads, parallel streams, a deep recursion, exceptions, a file, random numbers, the time.
import java.io.*;
import java.math.BigInteger;
import java.nio.file.*;
import java.security.SecureRandom;
import java.time.LocalDateTime;
import java.util.*;
import java.util.concurrent.*;
import java.util.stream.*;

public class Main {
    static int deep(int n) {
        return n == 0 ? 0 : 1 + deep(n - 1);
    }

    static boolean caught() {
        try {
            throw new IllegalStateException("thrown");
        } catch (IllegalStateException e) {
            return true;
        }
    }

    public static void main(String[] args) throws Exception {
        Scanner in = new Scanner(new BufferedReader(new InputStreamReader(System.in)));
        BigInteger a = in.nextBigInteger(), b = in.nextBigInteger();
        new SecureRandom().nextInt();
        UUID.randomUUID();
        LocalDateTime.now().toString();
        Runtime.getRuntime().availableProcessors();
        byte[] large = new byte[16 << 20];
        System.gc();
        Path file = Files.createTempFile("a", "b");
        Files.write(file, List.of("text"));
        Files.delete(file);
        if (!caught() || large.length == 0 || IntStream.range(0, 100000).parallel().map(i -> i % 2).sum() != 50000)
            throw new IllegalStateException("streams");
        Thread big = new Thread(null, () -> deep(50000), "deep", 1 << 26);
        big.start();
        big.join();
        ExecutorService pool = Executors.newFixedThreadPool(4);
        Thread.sleep(1);
        System.out.println(pool.submit(() -> a.add(b)).get());
        pool.shutdown();
    }
}
