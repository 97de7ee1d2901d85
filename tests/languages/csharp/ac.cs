using System;
using System.Linq;
using System.Threading;

public class Program
{
    public static void Main()
    {
        long sum = 0;
        var thread = new Thread(() => sum = Console.ReadLine().Split(' ').Select(long.Parse).Sum());
        thread.Start();
        thread.Join();
        Console.WriteLine(sum);
    }
}
