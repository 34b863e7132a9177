namespace Inference.Browser;

internal static class Program
{
    // A program has an entry; the page calls Lane.
    private static void Main()
    {
    }
}
