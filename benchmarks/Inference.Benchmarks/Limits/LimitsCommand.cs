using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Inference.Loading;

namespace Inference.Benchmarks.Limits;

/// <summary>
/// How fast long operators stop: limits [PATTERN] [--work]. For each case the time of a full run (given up after 3 s), the longest work between two looks at the clock on one thread, and how long
/// after a deadline of 100 ms the call returned on all threads (left out by --work, for a busy machine).
/// </summary>
internal static class LimitsCommand
{
    private static readonly TimeSpan s_most = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_deadline = TimeSpan.FromMilliseconds(100);

    public static Task<int> RunAsync(string[] args)
    {
        bool workOnly = args.Contains("--work");
        string[] rest = [.. args.Where(a => a != "--work")];
        var pattern = new Regex(rest.Length > 0 ? rest[0] : ".", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
        int late = 0;
        int count = 0;
        Console.WriteLine("| operator | full run, ms | longest work between looks, ms | returned after the deadline, ms |");
        Console.WriteLine("| --- | ---: | ---: | ---: |");
        foreach (LimitCase one in LimitCases.All.Where(c => pattern.IsMatch(c.Name)))
        {
            try
            {
                (string full, double work, double? over) = Measure(one, workOnly);
                bool isLate = work > 10 || over > 50;
                late += isLate ? 1 : 0;
                count++;
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {one.Name} | {full} | {work:F1} | {(over is { } o ? o.ToString("F1", CultureInfo.InvariantCulture) : workOnly ? "-" : "done before")}{(isLate ? " **late**" : "")} |"));
            }
            catch (InferenceException exception)
            {
                late++;
                Console.WriteLine($"| {one.Name} | {exception.Message.ReplaceLineEndings(" ")} | | |");
            }

            GC.Collect();
        }

        Console.WriteLine();
        Console.WriteLine($"{count} operators, {late} late.");
        return Task.FromResult(late == 0 ? 0 : 2);
    }

    private static (string Full, double Work, double? Over) Measure(LimitCase one, bool workOnly)
    {
        using NamedValues inputs = one.Values();
        ModelSource source = ModelSource.Bytes(one.Model());
        var clock = new LookClock();
        string full;
        double work;
        using (IModelRunner single = ModelRunner.Load(source, new ModelLoadOptions { Threads = 1 }))
        {
            ((ManagedRunner)single.GetService(typeof(ManagedRunner))!).Model.Clock = clock;
            Run(single, inputs, TimeSpan.FromMilliseconds(1));
            clock.Reset();
            long start = Stopwatch.GetTimestamp();
            bool done = Run(single, inputs, s_most);
            clock.Look();
            full = done ? Stopwatch.GetElapsedTime(start).TotalMilliseconds.ToString("F0", CultureInfo.InvariantCulture) : "did not finish in 3 s";
            work = clock.LongestMilliseconds;
        }

        if (workOnly)
        {
            return (full, work, null);
        }

        using IModelRunner runner = ModelRunner.Load(source);
        Run(runner, inputs, TimeSpan.FromMilliseconds(1));
        long begun = Stopwatch.GetTimestamp();
        bool finished = Run(runner, inputs, s_deadline);
        return (full, work, finished ? null : (Stopwatch.GetElapsedTime(begun) - s_deadline).TotalMilliseconds);
    }

    private static bool Run(IModelRunner runner, NamedValues inputs, TimeSpan time)
    {
        try
        {
            runner.Run(inputs, new RunContext { Deadline = DateTimeOffset.UtcNow + time }).Dispose();
            return true;
        }
        catch (DeadlineExceededException)
        {
            return false;
        }
    }
}
