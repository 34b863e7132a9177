using System.Globalization;

namespace Inference.Benchmarks.Operators;

/// <summary><c>operators [--cases FILE] [--only TEXT] [--threads 1] [--repetitions 3] [--seconds 0.1] [--out FILE]</c>: every case of the file on both providers, worst first.</summary>
internal static class OperatorsCommand
{
    public static Task<int> RunAsync(string[] args)
    {
        string file = Path.Combine(AppContext.BaseDirectory, "Operators", "cases.txt"), only = "";
        string? output = null;
        int threads = 1, repetitions = 3;
        double seconds = 0.1;
        for (int i = 0; i + 1 < args.Length; i += 2)
        {
            switch (args[i])
            {
                case "--cases":
                    file = args[i + 1];
                    break;
                case "--only":
                    only = args[i + 1];
                    break;
                case "--threads":
                    threads = int.Parse(args[i + 1], CultureInfo.InvariantCulture);
                    break;
                case "--repetitions":
                    repetitions = int.Parse(args[i + 1], CultureInfo.InvariantCulture);
                    break;
                case "--seconds":
                    seconds = double.Parse(args[i + 1], CultureInfo.InvariantCulture);
                    break;
                case "--out":
                    output = args[i + 1];
                    break;
                default:
                    Console.Error.WriteLine($"Unknown option '{args[i]}', expected --cases, --only, --threads, --repetitions, --seconds or --out.");
                    return Task.FromResult(64);
            }
        }

        var timings = new List<OperatorTiming>();
        foreach (OperatorCase @case in OperatorCase.Read(file).Where(c => c.Name.Contains(only, StringComparison.OrdinalIgnoreCase)))
        {
            OperatorTiming timing = OperatorTiming.Measure(@case, threads, repetitions, seconds);
            timings.Add(timing);
            Console.Error.WriteLine(timing.Error is null ? string.Create(CultureInfo.InvariantCulture, $"{timing.Ratio,7:F2} {timing.Ours,10:F1} {@case.Name}") : $"  error {@case.Name}: {timing.Error}");
        }

        if (!timings.Exists(t => t.Error is null))
        {
            Console.Error.WriteLine($"No case of '{file}' whose text contains '{only}' was measured.");
            return Task.FromResult(2);
        }

        using TextWriter writer = output is null ? TextWriter.Synchronized(Console.Out) : new StreamWriter(output, append: true);
        Write(writer, timings, threads);
        return Task.FromResult(timings.Exists(t => t.Error is not null) ? 2 : 0);
    }

    private static void Write(TextWriter writer, List<OperatorTiming> all, int threads)
    {
        List<OperatorTiming> timings = [.. all.Where(t => t.Error is null).OrderBy(t => t.Ratio)];
        double mean = Math.Exp(timings.Sum(t => Math.Log(t.Ratio)) / timings.Count);
        int slow = timings.Count(t => t.IsSlow);
        writer.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"\n## {threads} thread{(threads == 1 ? "" : "s")}\n\n{timings.Count} cases of {timings.Select(t => t.Case.Operator).Distinct().Count()} operators: geometric mean {mean:F2}, slow {slow} ({100.0 * slow / timings.Count:F1} %), worst {timings[0].Ratio:F2}; not measured {all.Count - timings.Count}.\n"));
        writer.WriteLine("| ratio | repetitions | cpu µs | onnxruntime µs | case |\n| --- | --- | --- | --- | --- |");
        foreach (OperatorTiming timing in timings)
        {
            string each = string.Join(' ', timing.Ratios.Select(r => r.ToString("F2", CultureInfo.InvariantCulture)));
            writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {timing.Ratio:F2} | {each} | {timing.Ours:F2} | {timing.Theirs:F2} | `{timing.Case.Name}` |"));
        }

        foreach (OperatorTiming timing in all.Where(t => t.Error is not null))
        {
            writer.WriteLine($"| – | | | | `{timing.Case.Name}`: {timing.Error} |");
        }
    }
}
