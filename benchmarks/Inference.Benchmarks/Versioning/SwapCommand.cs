using System.Globalization;
using Inference.Benchmarks.Soak;
using Inference.Versioning;

namespace Inference.Benchmarks.Versioning;

/// <summary><c>swap [--swaps 1000] [--callers 8]</c>: swaps of a real model under load; exit code 0 when no call failed or was answered wrong.</summary>
public static class SwapCommand
{
    public static async Task<int> RunAsync(string[] args)
    {
        int swaps = Option(args, "--swaps", 1_000);
        int callers = Option(args, "--callers", 8);
        string root = Path.Combine(Path.GetTempPath(), "inference-swap-" + Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(root);
        try
        {
            var model = new SoakModel(1);
            foreach (string version in new[] { "1", "2" })
            {
                byte[] bytes = SoakModel.Make(int.Parse(version, CultureInfo.InvariantCulture));
                SoakModel.Publish(root, version, bytes);
                model.Learn(version, bytes);
            }

            VersionedModelRunner runner = await ModelRepository.OpenAsync(root, ModelLoader.Default, new ModelRepositoryOptions { Versioning = new VersioningOptions { KeepLatest = 0, Watch = false } }).ConfigureAwait(false);
            await using (runner.ConfigureAwait(false))
            {
                return await LoadAsync(runner, model, swaps, callers).ConfigureAwait(false);
            }
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    private static async Task<int> LoadAsync(VersionedModelRunner runner, SoakModel model, int swaps, int callers)
    {
        using var stop = new CancellationTokenSource();
        long answered = 0;
        long failed = 0;
        long wrong = 0;
        Task[] load = [.. Enumerable.Range(0, callers).Select(c => Task.Run(async () =>
        {
            for (int i = c; !stop.IsCancellationRequested; i++)
            {
                int row = i % SoakModel.Rows;
                var context = new RunContext();
                using var inputs = new NamedValues { ["x"] = TensorValue.Copy(model.Row(row), [1, SoakModel.Features]) };
                try
                {
                    using NamedValues outputs = await runner.RunAsync(inputs, context).ConfigureAwait(false);
                    Interlocked.Increment(ref answered);
                    if (!model.IsExact(context.Record.VersionServed!, row, outputs["y"].AsSpan<float>()))
                    {
                        Interlocked.Increment(ref wrong);
                    }
                }
                catch (InferenceException exception)
                {
                    Interlocked.Increment(ref failed);
                    Console.Error.WriteLine(exception.Message);
                }
            }
        }))];
        long started = TimeProvider.System.GetTimestamp();
        for (int i = 0; i < swaps; i++)
        {
            await runner.Versions.PromoteAsync(i % 2 == 0 ? "1" : "2", "benchmark", "swap").ConfigureAwait(false);
        }

        double milliseconds = TimeProvider.System.GetElapsedTime(started).TotalMilliseconds;
        await stop.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(load).ConfigureAwait(false);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{swaps} swaps under {callers} callers, {milliseconds / swaps:F1} ms a swap: {answered} calls answered, {failed} failed, {wrong} wrong"));
        return failed + wrong == 0 && answered > 0 ? 0 : 2;
    }

    private static int Option(string[] args, string name, int otherwise)
    {
        int index = Array.IndexOf(args, name);
        return index >= 0 && index + 1 < args.Length ? int.Parse(args[index + 1], CultureInfo.InvariantCulture) : otherwise;
    }
}
