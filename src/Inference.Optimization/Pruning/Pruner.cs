using Inference.Data;
using Inference.Onnx;
using Inference.Optimization.Evaluation;
using Inference.Optimization.Graphs;
using Inference.Optimization.Records;
using Inference.Optimization.Running;

namespace Inference.Optimization.Pruning;

/// <summary>Removes whole channels from a model. The source is never changed. Thread-safe.</summary>
public static class Pruner
{
    /// <summary>The share of the source's time below which a model counts as faster: timings are repeatable to a few percent.</summary>
    private const double WorthIt = 0.97;
    // Places in the list of multiples that are rules of their own.
    private const int HalfOfEach = 0;
    private const int WidestFirst = -1;

    private static readonly int[] Multiples = [16, WidestFirst, HalfOfEach, 8, 4];

    // Two models of at most some milliseconds: over a hundred rounds.
    private static readonly TimeSpan TimingBudget = TimeSpan.FromMilliseconds(800);

    /// <summary>Prunes a float model.</summary>
    /// <param name="context">Provides the loader that runs the model.</param>
    /// <param name="model">The float model.</param>
    /// <param name="data">Rows to rank channels and to refit on.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <exception cref="OptimizationException">The model is quantized, or an option is out of range.</exception>
    /// <exception cref="UnsupportedModelException">No channel can be removed.</exception>
    public static async Task<PruneResult> PruneAsync(
        OptimizationContext context, OnnxModel model, IDataSource data, PruneOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(data);
        options ??= new PruneOptions();
        if (options.TargetMacs is not (>= 0.05 and <= 1) || options.ChannelMultiple < 0 || options.LeastKept is not (>= 0.05 and <= 1))
        {
            throw new OptimizationException(
                $"Pruning: expected TargetMacs and LeastKept of 0.05 to 1 and ChannelMultiple of at least 1 (0: by time), got {options.TargetMacs}, {options.LeastKept} and {options.ChannelMultiple}. Correct the options.");
        }

        ModelPreparation.RequireFloat(model, "prune");
        var run = new PruneRun(context, ModelPreparation.Prepare(model).Model, data, options);
        await run.ObserveAsync(cancellationToken).ConfigureAwait(false);
        if (options.ChannelMultiple > 0)
        {
            return await run.PruneAsync(options.ChannelMultiple, cancellationToken).ConfigureAwait(false);
        }

        var results = new List<PruneResult>();
        foreach (int multiple in Multiples)
        {
            if (run.CanPrune(multiple))
            {
                results.Add(await run.PruneAsync(multiple, cancellationToken).ConfigureAwait(false));
            }
        }

        return results.Count == 0
            ? throw run.NothingToPrune(Multiples[^1])
            : await ChooseAsync(context, model, data, results, options, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<PruneResult> ChooseAsync(
        OptimizationContext context, OnnxModel source, IDataSource data, List<PruneResult> results, PruneOptions options, CancellationToken cancellationToken)
    {
        IDataSource rows = await SelectedRows.TakeAsync(context, data, SelectedRows.ToEstimate, cancellationToken).ConfigureAwait(false);
        Predictions wanted = await Predictor.RunAsync(context, source, rows, null, "source", cancellationToken).ConfigureAwait(false);
        var errors = new double[results.Count];
        var shares = new double?[results.Count];
        for (int i = 0; i < errors.Length; i++)
        {
            Predictions got = await Predictor.RunAsync(context, results[i].Model, rows, null, "candidate", cancellationToken).ConfigureAwait(false);
            errors[i] = Predictions.RelativeError(wanted, got);
        }

        long least = Math.Max((long)(options.TargetMacs * results[0].SourceMacs), results.Min(r => r.Macs));
        int[] reached = [.. Enumerable.Range(0, results.Count).Where(i => results[i].Macs <= least).OrderBy(i => errors[i])];
        int? faster = null;
        foreach (int i in reached)
        {
            // In pairs: more models run side by side evict each other from the caches.
            double[] times = await LatencyMeter.MeasureAsync(context, [source, results[i].Model], data, 1, TimingBudget, cancellationToken).ConfigureAwait(false);
            shares[i] = times[1] / times[0];
            if (shares[i] < WorthIt)
            {
                // The others have a larger error, so their times would not matter.
                faster = i;
                break;
            }
        }

        int chosen = faster ?? reached.MinBy(i => shares[i]);
        LayerDecision note = new("(model)", "", Name(results[chosen].Multiple), string.Join("; ", results.Select((r, i) => FormattableString.Invariant(
            $"{Name(r.Multiple)}: {(double)r.Macs / r.SourceMacs:P0} of the multiply-adds, {(shares[i] is null ? "not timed" : FormattableString.Invariant($"{shares[i]:P0} of the time"))}, output error {errors[i]:P2}"))));
        PruneResult best = results[chosen];
        return new() { Model = best.Model, Layers = [note, .. best.Layers], SourceMacs = best.SourceMacs, Macs = best.Macs, Multiple = best.Multiple };
    }

    private static string Name(int multiple) => multiple switch
    {
        HalfOfEach => "halves",
        WidestFirst => "halves, the widest first",
        _ => FormattableString.Invariant($"multiples of {multiple}"),
    };
}
