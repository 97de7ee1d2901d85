public class Program
{
    public static void Main()
    {
        int number = "text";
    }
}
