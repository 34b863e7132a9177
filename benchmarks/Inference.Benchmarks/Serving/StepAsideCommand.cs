using System.Diagnostics;
using Inference.Batching;
using Inference.Status;

namespace Inference.Benchmarks.Serving;

/// <summary>
/// <c>stepaside [--seconds 1] [--rounds 9] [model …]</c>: small models through batching against without it, in turn; exit code 0 when batching never costs more than 5 %.
/// </summary>
internal static class StepAsideCommand
{
    private const double Least = 0.95;

    public static async Task<int> RunAsync(string[] args)
    {
        ServingArguments arguments = ServingArguments.Parse(args, 1, 9, "wine_xgb_tree", "mnist_mlp", "spam_minilm_op11");
        bool good = true;
        Console.WriteLine($"Single rows; calls a second with batching ÷ without, medians of {arguments.Rounds} rounds of {arguments.Seconds} s. Want ≥ {Least:F2}.");
        Console.WriteLine("| model | callers | unbatched rows/s | ÷ unbatched (quartiles) | least | bypassed at the ends of rounds | ns added, 1 thread |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- |");
        foreach (string folder in arguments.Models)
        {
            using IModelRunner model = ServedModel.Load(folder);
            NamedValues[] rows = RowSource.Make(folder, model, 256);
            foreach (int callers in new[] { 2, 8, 64 })
            {
                // One for each number of callers: what it found out of another load is not to help it.
                using IModelRunner batched = new Kept(model).AsBuilder().UseBatching().Build();
                good &= await MeasureAsync(Path.GetFileName(folder), model, batched, rows, callers, arguments).ConfigureAwait(false);
            }
        }

        return good ? 0 : 2;
    }

    private static async Task<bool> MeasureAsync(string name, IModelRunner model, IModelRunner batched, NamedValues[] rows, int callers, ServingArguments arguments)
    {
        NamedValues Next(int i) => rows[i & 255];
        var status = batched.GetService<IBatchingStatus>()!;
        await ClosedLoop.RunAsync(model, Next, callers, arguments.Seconds).ConfigureAwait(false);
        await ClosedLoop.RunAsync(batched, Next, callers, 4 * arguments.Seconds).ConfigureAwait(false);
        var ratios = new List<double>();
        var unbatched = new List<double>();
        int aside = 0;
        for (int round = 0; round < arguments.Rounds; round++)
        {
            bool first = (round & 1) == 0;
            double with = first ? await ClosedLoop.RunAsync(batched, Next, callers, arguments.Seconds).ConfigureAwait(false) : 0;
            double without = await ClosedLoop.RunAsync(model, Next, callers, arguments.Seconds).ConfigureAwait(false);
            with = first ? with : await ClosedLoop.RunAsync(batched, Next, callers, arguments.Seconds).ConfigureAwait(false);
            ratios.Add(with / without);
            unbatched.Add(without);
            aside += status.IsSteppedAside ? 1 : 0;
        }

        double median = ClosedLoop.Median(ratios);
        Console.WriteLine($"| {name} | {callers} | {ClosedLoop.Median(unbatched):F0} | {median:F2} ({ClosedLoop.Quartiles(ratios)}) | {ratios.Min():F2} | {aside} of {arguments.Rounds} | {Nanoseconds(batched, rows[0]) - Nanoseconds(model, rows[0]):F0} |");
        return median >= Least;
    }

    // The least of many small parts, which a busy machine disturbs little.
    private static double Nanoseconds(IModelRunner runner, NamedValues row)
    {
        const int Calls = 200;
        const int Parts = 500;
        double least = double.MaxValue;
        for (int part = 0; part < Parts; part++)
        {
            long start = Stopwatch.GetTimestamp();
            for (int i = 0; i < Calls; i++)
            {
                runner.Run(row).Dispose();
            }

            least = Math.Min(least, Stopwatch.GetElapsedTime(start).TotalNanoseconds / Calls);
        }

        return least;
    }

    /// <summary>Lends a runner to a pipeline without giving it away. The model itself, as far as batching can see.</summary>
    private sealed class Kept(IModelRunner inner) : IModelRunner, IBindable
    {
        public ModelInfo Info => inner.Info;

        public ValueTask<NamedValues> RunAsync(NamedValues inputs, RunContext? context = null, CancellationToken cancellationToken = default) => inner.RunAsync(inputs, context, cancellationToken);

        public object? GetService(Type serviceType, object? serviceKey = null) => inner.GetService(serviceType, serviceKey);

        public BoundRun Bind() => inner.Bind();

        public void Dispose()
        {
            // Not its own.
        }

        public ValueTask DisposeAsync() => default;
    }
}
