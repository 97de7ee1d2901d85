using System;

public class Program
{
    public static void Main(string[] args)
    {
        int[] numbers = new int[2];
        Console.WriteLine(numbers[args.Length + 2]);
    }
}
