using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using System.Threading.Tasks;

public static class Program
{
    static int Deep(int n)
    {
        return n == 0 ? 0 : 1 + Deep(n - 1);
    }

    static async Task<long> SumAsync(IEnumerable<long> numbers)
    {
        await Task.Delay(1);
        return numbers.Sum();
    }

    public static int Main()
    {
        var watch = Stopwatch.StartNew();
        var numbers = Regex.Split(Console.In.ReadToEnd().Trim(), @"\s+").Select(long.Parse).ToList();
        new Random().Next();
        Guid.NewGuid();
        DateTime.Now.ToString();
        var squares = new ConcurrentDictionary<int, int>();
        Parallel.For(0, 100, i => squares[i] = i * i);
        File.WriteAllText("x", "x");
        File.Delete("x");
        GC.Collect();
        if (Deep(10000) != 10000 || squares.Count != 100 || watch.ElapsedMilliseconds < 0)
            return 1;
        Console.WriteLine(SumAsync(numbers).Result);
        return 0;
    }
}
