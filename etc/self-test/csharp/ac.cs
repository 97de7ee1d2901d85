// Reading, printing, threads, tasks, an exception, a file, regular expressions, a collection of garbage, the time.
using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using System.Threading;
using System.Threading.Tasks;

public static class Program
{
    static async Task<long> SumAsync(IEnumerable<long> numbers)
    {
        await Task.Delay(1);
        return numbers.Sum();
    }

    public static int Main()
    {
        var watch = Stopwatch.StartNew();
        var numbers = Regex.Split(Console.In.ReadToEnd().Trim(), @"\s+").Select(long.Parse).ToList();
        bool caught = false;
        var thread = new Thread(() =>
        {
            try { throw new InvalidOperationException("thrown"); } catch (InvalidOperationException) { caught = true; }
        });
        thread.Start();
        thread.Join();
        File.WriteAllText("x", "x");
        File.Delete("x");
        new Random().Next();
        var large = new byte[16 << 20];
        GC.Collect();
        if (!caught || large.Length == 0 || DateTime.Now.Year < 2000 || watch.ElapsedMilliseconds < 0)
            return 1;
        Console.WriteLine(SumAsync(numbers).Result);
        return 0;
    }
}
