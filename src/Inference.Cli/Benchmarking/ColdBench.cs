using System.Diagnostics;
using System.Text.Json;
using Inference.Cli.Commands;

namespace Inference.Cli.Benchmarking;

/// <summary>Measures what a fresh process pays: ten child processes a provider, in turns.</summary>
internal static class ColdBench
{
    private const int Processes = 10;

    /// <summary>Starts the children and takes medians.</summary>
    public static async Task<BenchResult> RunAsync(BenchOptions options, CancellationToken cancellationToken)
    {
        List<StartCost>[] costs = [.. options.Backends.Select(_ => new List<StartCost>())];
        for (int round = 0; round < Processes; round++)
        {
            for (int i = 0; i < options.Backends.Count; i++)
            {
                costs[i].Add(await ChildAsync(options.Backends[i], options, cancellationToken).ConfigureAwait(false));
            }
        }

        return new(
            $"{Processes} fresh processes a provider",
            "cold",
            options.Backends.Contains(Backends.OnnxRuntime) ? options.Threads > 1 : null,
            [.. options.Backends.Select((b, i) => new BackendResult(b, StartCost.Median(costs[i]), null, null))]);
    }

    /// <summary>What a child does: one load and one run, printed as JSON.</summary>
    public static async Task<int> RunChildAsync(string backend, BenchOptions options)
    {
        StartCost cost = await StartCost.MeasureAsync(backend, options, spinning: options.Threads > 1, inputs: null).ConfigureAwait(false);
        JsonOutput.Write(writer =>
        {
            writer.WriteNumber("load_ms", cost.LoadMilliseconds);
            writer.WriteNumber("first_run_ms", cost.FirstRunMilliseconds);
            writer.WriteNumber("peak_bytes", cost.PeakBytes);
        }, indented: false);
        return ExitCodes.Done;
    }

    private static async Task<StartCost> ChildAsync(string backend, BenchOptions options, CancellationToken cancellationToken)
    {
        ProcessStartInfo start = OwnProcess.Start(
            ["bench", options.Model, "--backends", backend, "--cold-child", "--threads", options.Threads.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        if (options.InputFolder is { } folder)
        {
            start.ArgumentList.Add("--inputs");
            start.ArgumentList.Add(folder);
        }

        if (options.Rows > 0)
        {
            start.ArgumentList.Add("--rows");
            start.ArgumentList.Add(options.Rows.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }

        if (options.Library is { } library)
        {
            start.ArgumentList.Add("--onnxruntime-library");
            start.ArgumentList.Add(library);
        }

        foreach ((string name, long[] shape) in options.Shapes)
        {
            start.ArgumentList.Add("--shape");
            start.ArgumentList.Add($"{name}={string.Join('x', shape)}");
        }

        using Process child = Process.Start(start)!;
        Task<string> errors = child.StandardError.ReadToEndAsync(cancellationToken);
        string output = await child.StandardOutput.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
        await child.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        if (child.ExitCode != ExitCodes.Done)
        {
            string error = (await errors.ConfigureAwait(false)).Trim();
            throw new InferenceException($"A child process that loads '{options.Model}' on {backend} ended with code {child.ExitCode}: {error.Replace("error: ", "", StringComparison.Ordinal)}");
        }

        using JsonDocument document = JsonDocument.Parse(output);
        JsonElement root = document.RootElement;
        return new(root.GetProperty("load_ms").GetDouble(), root.GetProperty("first_run_ms").GetDouble(), root.GetProperty("peak_bytes").GetInt64());
    }
}
