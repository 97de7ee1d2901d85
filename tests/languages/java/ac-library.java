import java.io.*;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.*;
import java.security.SecureRandom;
import java.time.LocalDateTime;
import java.util.*;
import java.util.concurrent.*;
import java.util.stream.*;

interface Adder {
    BigInteger add(BigInteger a, BigInteger b);
}

public class Main {
    static int deep(int n) {
        return n == 0 ? 0 : 1 + deep(n - 1);
    }

    enum Kind { SUM }

    public static void main(String[] args) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        StringTokenizer words = new StringTokenizer(in.readLine());
        BigInteger a = new BigInteger(words.nextToken());
        BigInteger b = new BigInteger(words.nextToken());
        new SecureRandom().nextInt();
        UUID.randomUUID();
        new Random().nextInt();
        LocalDateTime.now().toString();
        Locale.getDefault();
        Runtime.getRuntime().availableProcessors();
        System.getProperty("user.name");
        System.gc();
        Path file = Files.createTempFile("a", "b");
        Files.write(file, List.of("text"));
        Files.delete(file);
        if (IntStream.range(0, 100000).parallel().map(i -> i % 2).sum() != 50000)
            throw new IllegalStateException("parallel streams");
        CompletableFuture<Integer> future = CompletableFuture.supplyAsync(() -> deep(5000));
        Thread big = new Thread(null, () -> deep(100000), "big", 1 << 26);
        big.start();
        big.join();
        Adder adder = (x, y) -> x.add(y);
        Map<Kind, BigInteger> sums = new EnumMap<>(Kind.class);
        sums.put(Kind.SUM, adder.add(a, b));
        PrintWriter out = new PrintWriter(new BufferedWriter(new OutputStreamWriter(System.out)));
        if (future.get() == 5000)
            out.println(sums.values().stream().map(String::valueOf).collect(Collectors.joining(",")));
        out.flush();
    }
}
