using System.Diagnostics;
using System.Globalization;
using Inference.Fuzz.Mutation;

namespace Inference.Fuzz;

/// <summary>The child: runs mutants one after the other and prints a line before and after each.</summary>
internal static class Worker
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(2);
    private const long MaxMemoryBytes = 192L << 20;

    public static int Run(Corpus corpus, int first, int last, int seed)
    {
        var runs = new MutantRun(s_deadline, MaxMemoryBytes);
        for (int i = first; i < last; i++)
        {
            (byte[] sound, Dictionary<string, TensorValue> inputs) = corpus.Model(i % corpus.Count);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"begin {i}"));
            (byte[] bytes, string kind) = Mutator.Mutate(sound, unchecked(seed * 1_000_003 + i));
            if (Environment.GetEnvironmentVariable("FUZZ_SAVE") is { Length: > 0 } save)
            {
                File.WriteAllBytes(save, bytes);
            }

            GC.Collect();
            ResetPeak();
            long before = Resident("VmRSS:");
            long start = Stopwatch.GetTimestamp();
            string outcome = runs.Run(bytes, inputs);
            long elapsed = (long)Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            long growth = Math.Max(0, Resident("VmHWM:") - before);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"end {i}\t{kind}\t{elapsed}\t{growth}\t{outcome}"));
        }

        return 0;
    }

    private static void ResetPeak()
    {
        try
        {
            File.WriteAllText("/proc/self/clear_refs", "5");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Elsewhere the peak stays that of the process; the parent then sees growth once.
        }
    }

    private static long Resident(string key)
    {
        const string Status = "/proc/self/status";
        string? line = File.Exists(Status) ? File.ReadLines(Status).FirstOrDefault(l => l.StartsWith(key, StringComparison.Ordinal)) : null;
        return line is null ? Environment.WorkingSet : long.Parse(line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }
}
