namespace Inference.Cli;

/// <summary>The tool's process.</summary>
internal static class Program
{
    public static Task<int> Main(string[] args) => CommandLine.RunAsync(args);
}
