// expect: CE
public class Program
{
    public static void Main()
    {
#line 1 "@ANSWER@"
        int number = missing;
    }
}
