using System.Diagnostics;
using System.Globalization;
using Inference.Cli.Verification;

namespace Inference.Ahead;

/// <summary>
/// Inference.Ahead [--no-new-code] FOLDER...: loads every model at or below the folders, runs its data sets and compares the results with the expected values. A line for each model: load and first
/// run of its first data set as a further model of this process, ms. Exit code 1 if one differs.
/// Inference.Ahead --start FIRST MODEL: loads and runs FIRST (- for none), then MODEL; prints load and first run of MODEL, ms, and on the next line the time of its first 200 runs, if they took no
/// more than 5 s.
/// </summary>
internal static class Program
{
    private const int FirstRuns = 200;
    private static readonly TimeSpan s_longestRuns = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_timeout = TimeSpan.FromMinutes(2);

    public static int Main(string[] args)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        var folders = new List<string>();
        if (args is ["--start", string first, string model])
        {
            return Start(first, model);
        }

        for (int i = 0; i < args.Length; i++)
        {
            if (args[i] == "--no-new-code")
            {
                NewCode.Refuse();
            }
            else
            {
                folders.Add(args[i]);
            }
        }

        int failed = 0;
        foreach (ModelTest test in ModelTest.Find(folders))
        {
            string times = Times(test.Folder);
            TestResult result = test.Run(ModelLoader.Default, OneThread(), rtol: null, atol: null, s_timeout);
            failed += result.Status == "pass" ? 0 : 1;
            Console.WriteLine($"{test.Name}\t{result.Status}\t{times}\t{result.Reason}");
        }

        Console.WriteLine($"failed\t{failed}\tpeak MiB\t{Process.GetCurrentProcess().PeakWorkingSet64 >> 20}");
        return failed == 0 ? 0 : 1;
    }

    private static int Start(string first, string model)
    {
        using StartedModel? before = first == "-" ? null : StartedModel.Start(first, OneThread());
        using var started = StartedModel.Start(model, OneThread());
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{started.Load.TotalMilliseconds:F3} {started.FirstRun.TotalMilliseconds:F3}"));
        Console.Out.Flush();
        Console.Out.WriteLine(started.TimeOfFirst(FirstRuns, s_longestRuns) is { } time ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:F3}") : "-");
        return 0;
    }

    // The times of load and first run, or why there are none.
    private static string Times(string folder)
    {
        try
        {
            using var started = StartedModel.Start(folder, OneThread());
            return $"{started.Load.TotalMilliseconds:F2}\t{started.FirstRun.TotalMilliseconds:F2}";
        }
        catch (InferenceException exception)
        {
            return $"-\t{exception.GetType().Name}";
        }
    }

    private static ModelLoadOptions OneThread() => new() { Threads = 1 };
}
