using System.Diagnostics;
using System.Globalization;
using Inference.Cli.Data;
using Inference.Cli.Verification;

namespace Inference.Ahead;

/// <summary>
/// Inference.Ahead [--no-new-code] [--threads N] FOLDER...: loads every model at or below the folders, runs its data sets and compares the results with the expected values. A line for each
/// model: load and first run of its first data set as a further model of this process, ms. Exit code 1 if one differs.
/// </summary>
internal static class Program
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromMinutes(2);

    public static int Main(string[] args)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        var folders = new List<string>();
        var options = new ModelLoadOptions { Threads = 1 };
        for (int i = 0; i < args.Length; i++)
        {
            if (args[i] == "--no-new-code")
            {
                NewCode.Refuse();
            }
            else if (args[i] == "--threads" && i + 1 < args.Length)
            {
                options.Threads = int.Parse(args[++i], CultureInfo.InvariantCulture);
            }
            else
            {
                folders.Add(args[i]);
            }
        }

        int failed = 0;
        foreach (ModelTest test in ModelTest.Find(folders))
        {
            string times = Start(test.Folder, options);
            TestResult result = test.Run(ModelLoader.Default, options, rtol: null, atol: null, s_timeout);
            failed += result.Status == "pass" ? 0 : 1;
            Console.WriteLine($"{test.Name}\t{result.Status}\t{times}\t{result.Reason}");
        }

        Console.WriteLine($"failed\t{failed}\tpeak MiB\t{Process.GetCurrentProcess().PeakWorkingSet64 >> 20}");
        return failed == 0 ? 0 : 1;
    }

    // The times of load and first run, or why there are none.
    private static string Start(string folder, ModelLoadOptions options)
    {
        try
        {
            long start = Stopwatch.GetTimestamp();
            using IModelRunner runner = ModelLoader.Default.Load(ModelSource.Directory(folder), options);
            TimeSpan load = Stopwatch.GetElapsedTime(start);
            using var inputs = new NamedValues();
            for (int i = 0; i < runner.Info.Inputs.Count; i++)
            {
                string file = Path.Combine(folder, "test_data_set_0", $"input_{i}.pb");
                if (File.Exists(file))
                {
                    inputs.Add(runner.Info.Inputs[i].Name, ProtobufValues.Read(file, runner.Info.Inputs[i].Type));
                }
            }

            start = Stopwatch.GetTimestamp();
            runner.Run(inputs).Dispose();
            TimeSpan run = Stopwatch.GetElapsedTime(start);
            return $"{load.TotalMilliseconds:F2}\t{run.TotalMilliseconds:F2}";
        }
        catch (InferenceException exception)
        {
            return $"-\t{exception.GetType().Name}";
        }
    }
}
