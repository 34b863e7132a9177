using System.Globalization;

namespace Inference.Benchmarks.Soak;

/// <summary><c>soak [--minutes 10] [--callers 32] [--seed 1]</c>: exit code 0 when all bounds held.</summary>
public static class SoakCommand
{
    public static async Task<int> RunAsync(string[] args)
    {
        double minutes = 10;
        int callers = 32;
        int seed = 1;
        for (int i = 0; i + 1 < args.Length; i += 2)
        {
            switch (args[i])
            {
                case "--minutes":
                    minutes = double.Parse(args[i + 1], CultureInfo.InvariantCulture);
                    break;
                case "--callers":
                    callers = int.Parse(args[i + 1], CultureInfo.InvariantCulture);
                    break;
                case "--seed":
                    seed = int.Parse(args[i + 1], CultureInfo.InvariantCulture);
                    break;
                default:
                    Console.Error.WriteLine($"Unknown option '{args[i]}', expected --minutes, --callers or --seed.");
                    return 64;
            }
        }

        SoakReport report = await SoakRun.RunAsync(new SoakOptions(TimeSpan.FromMinutes(minutes), callers, Seed: seed) { Log = Console.Out }).ConfigureAwait(false);
        Console.WriteLine(report);
        Console.WriteLine(report.Passed ? "PASSED" : "FAILED");
        return report.Passed ? 0 : 2;
    }
}
