using System.Diagnostics;
using System.Globalization;
using Inference.Cli.Commands;
using Inference.Cli.Running;
using Inference.Cli.Terminal;

namespace Inference.Cli.Benchmarking;

/// <summary>Measures starts in fresh child processes: the providers alternate, and their order is reversed each round.</summary>
internal static class ColdBench
{
    // Memory peaks only after everything that later runs need has been allocated.
    private const int MoreRuns = 10;

    /// <summary>Starts the child processes and computes medians.</summary>
    public static async Task<BenchResult> RunAsync(BenchOptions options, ColdOptions cold, WorkProgress progress, CancellationToken cancellationToken)
    {
        List<StartCost>[] costs = [.. options.Backends.Select(_ => new List<StartCost>())];
        for (int round = 0; round < cold.Processes; round++)
        {
            for (int i = 0; i < options.Backends.Count; i++)
            {
                int index = round % 2 == 0 ? i : options.Backends.Count - 1 - i;
                progress.Show($"process {round + 1} of {cold.Processes}: {options.Backends[index]}", ((double)round + ((double)i / options.Backends.Count)) / cold.Processes);
                StartCost cost = await ChildAsync(options.Backends[index], options, after: null, cancellationToken).ConfigureAwait(false);
                if (cold.After is { } after)
                {
                    StartCost second = await ChildAsync(options.Backends[index], options, after, cancellationToken).ConfigureAwait(false);
                    cost = cost with { SecondMilliseconds = second.LoadMilliseconds + second.FirstRunMilliseconds };
                }

                costs[index].Add(cost);
            }
        }

        return new(
            $"{cold.Processes} fresh processes per provider",
            "cold",
            options.Backends.Contains(Backends.OnnxRuntime) ? options.Threads > 1 : null,
            [.. options.Backends.Select((b, i) => new BackendResult(b, StartCost.Median(costs[i]), null, null))]);
    }

    /// <summary>The body of a child process: one load and one run, with their times on one line; then more runs, with the memory and the time of the first calls on the next line.</summary>
    public static async Task<int> RunChildAsync(string backend, BenchOptions options, string? after)
    {
        bool spinning = options.Threads > 1;
        using IModelRunner? first = after is null ? null : await StartAsync(backend, options.For(after), spinning).ConfigureAwait(false);
        StartCost cost = await StartCost.MeasureAsync(backend, options, spinning, inputs: null, MoreRuns, (load, run) =>
        {
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{load} {run}"));
            Console.Out.Flush();
        }).ConfigureAwait(false);
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{cost.PeakBytes} {cost.CallsMilliseconds}"));
        return ExitCodes.Done;
    }

    private static async Task<IModelRunner> StartAsync(string backend, BenchOptions options, bool spinning)
    {
        IModelRunner runner = await BenchSubject.StartAsync(backend, options, spinning).ConfigureAwait(false);
        using BenchInputs inputs = BenchInputs.Prepare(runner.Info, options);
        (await runner.RunAsync(inputs.Values).ConfigureAwait(false)).Dispose();
        return runner;
    }

    private static async Task<StartCost> ChildAsync(string backend, BenchOptions options, string? after, CancellationToken cancellationToken)
    {
        ProcessStartInfo start = OwnProcess.Start(Arguments(backend, options, after));
        long begin = Stopwatch.GetTimestamp();
        using Process child = Process.Start(start)!;
        Task<string> errors = child.StandardError.ReadToEndAsync(cancellationToken);
        string? times = await child.StandardOutput.ReadLineAsync(cancellationToken).ConfigureAwait(false);
        TimeSpan answered = Stopwatch.GetElapsedTime(begin);
        string? rest = await child.StandardOutput.ReadLineAsync(cancellationToken).ConfigureAwait(false);
        await child.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        if (child.ExitCode != ExitCodes.Done || times is null || rest is null)
        {
            string error = (await errors.ConfigureAwait(false)).Trim();
            throw new InferenceException($"Model '{options.Model}' on {backend}: expected the child process to end with code 0, got {child.ExitCode}: {error.Replace("error: ", "", StringComparison.Ordinal)}");
        }

        string[] loadAndRun = times.Split(' ');
        string[] peakAndCalls = rest.Split(' ');
        return new(
            double.Parse(loadAndRun[0], CultureInfo.InvariantCulture),
            double.Parse(loadAndRun[1], CultureInfo.InvariantCulture),
            long.Parse(peakAndCalls[0], CultureInfo.InvariantCulture))
        {
            ProcessMilliseconds = answered.TotalMilliseconds,
            CallsMilliseconds = peakAndCalls[1].Length > 0 ? double.Parse(peakAndCalls[1], CultureInfo.InvariantCulture) : null,
        };
    }

    private static List<string> Arguments(string backend, BenchOptions options, string? after)
    {
        List<string> arguments = ["bench", options.Model, "--backends", backend, "--cold-child", "--threads", options.Threads.ToString(CultureInfo.InvariantCulture)];
        Add("--after", after);
        Add("--inputs", options.InputFolder);
        Add("--rows", options.Rows > 0 ? options.Rows.ToString(CultureInfo.InvariantCulture) : null);
        Add("--precision", options.Precision == ModelPrecision.AllowBFloat16 ? "bfloat16" : null);
        Add("--onnxruntime-library", options.Library);
        foreach ((string name, long[] shape) in options.Shapes)
        {
            Add("--shape", $"{name}={string.Join('x', shape)}");
        }

        return arguments;

        void Add(string name, string? value)
        {
            if (value is not null)
            {
                arguments.AddRange([name, value]);
            }
        }
    }
}
