namespace Browser;

internal static class Program
{
    // A program has an entry; the page calls Digits, Flowers and Sounds.
    private static void Main()
    {
    }
}
