public class Program
{
    static volatile int i;

    public static void Main()
    {
        while (true)
            i = (i + 1) % 1000;
    }
}
