using System.Globalization;

namespace Inference.Benchmarks.Versioning;

/// <summary><c>canaries [--count 1000] [--seed 1] [--pipeline NAME] [--fault NAME] [--real 1]</c>: simulates trials through whole pipelines and prints how many identical canaries are rolled back, and after how many calls worse ones are; exit code 0 when
/// identical ones are rolled back at most as often as stated, and all worse ones are found.</summary>
public static class CanariesCommand
{
    private const int Calls = 4_000;
    private const int MostCalls = 40_000;

    public static async Task<int> RunAsync(string[] args)
    {
        int count = int.Parse(Option(args, "--count", "1000"), CultureInfo.InvariantCulture);
        int seed = int.Parse(Option(args, "--seed", "1"), CultureInfo.InvariantCulture);
        string only = Option(args, "--pipeline", "");
        string fault = Option(args, "--fault", "");
        if (Option(args, "--real", "") == "1")
        {
            return await RunRealAsync(count, seed, only).ConfigureAwait(false);
        }

        int code = 0;
        // The pool is to be idle between steps.
        var thread = new Thread(() => code = Run(count, seed, only, fault)) { Name = "simulation" };
        thread.Start();
        thread.Join();
        return code;
    }

    private static int Run(int count, int seed, string only, string onlyFault)
    {
        bool passed = true;
        foreach (string pipeline in PipelineSimulation.Pipelines.Where(p => only.Length == 0 || p == only))
        {
            foreach (SimulatedFault fault in SimulatedFault.All.Where(f => onlyFault.Length == 0 || f.Name == onlyFault))
            {
                bool identical = fault.Name == "identical";
                int trials = identical ? count : Math.Max(count / 10, 20);
                int[] found = [.. Enumerable.Range(0, trials).Select(i => PipelineSimulation.Run(pipeline, fault, identical ? Calls : MostCalls, (seed * 1_000_003) + (i * 16)) ?? int.MaxValue)];
                Array.Sort(found);
                int rolledBack = found.Count(f => f != int.MaxValue);
                passed &= identical ? rolledBack <= Allowed(count) : rolledBack == trials;
                Console.WriteLine(identical
                    ? $"| {pipeline} | {fault.Name} | {trials} | {rolledBack} rolled back of {trials} | |"
                    : $"| {pipeline} | {fault.Name} | {trials} | {Text(found[(trials - 1) / 2])} | {Text(found[(trials * 95 / 100) - 1])} |");
            }
        }

        return passed ? 0 : 2;
    }

    private static async Task<int> RunRealAsync(int count, int seed, string only)
    {
        string[] pipelines = [.. PipelineSimulation.Pipelines.Where(p => p != "cascade" && (only.Length == 0 || p == only))];
        int rolledBack = 0;
        for (int i = 0; i < count; i++)
        {
            string pipeline = pipelines[i % pipelines.Length];
            if (await RealCanaries.RunAsync(pipeline, seed + i).ConfigureAwait(false) is { } reason)
            {
                rolledBack++;
                Console.WriteLine($"{pipeline}: {reason}");
            }
        }

        Console.WriteLine($"{rolledBack} of {count} identical canaries were rolled back on the real engine and clock");
        return rolledBack <= Allowed(count) ? 0 : 2;
    }

    // One in a hundred, and 2.5 standard deviations of its sampling: 18 of 1,000.
    private static int Allowed(int count) => (int)Math.Ceiling((0.01 * count) + (2.5 * Math.Sqrt(0.0099 * count)));

    private static string Text(int calls) => calls == int.MaxValue ? "not found" : calls.ToString(CultureInfo.InvariantCulture);

    private static string Option(string[] args, string name, string otherwise)
    {
        int index = Array.IndexOf(args, name);
        return index >= 0 && index + 1 < args.Length ? args[index + 1] : otherwise;
    }
}
