using Inference.Data;
using Inference.Onnx;

namespace Inference.Optimization.Evaluation;

/// <summary>Judges a model against the one it was made from. Thread-safe.</summary>
public static class ModelComparer
{
    private const int ListedFlips = 50;

    /// <summary>Runs both models over the data.</summary>
    /// <param name="context">Loader, seed and progress.</param>
    /// <param name="source">The source model.</param>
    /// <param name="candidate">The other model.</param>
    /// <param name="data">The rows.</param>
    /// <param name="options">Metric, labels, slices.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <param name="candidateLoader">What the other model is run with; null: as the source.</param>
    /// <exception cref="OptimizationException">The metric needs labels and there are none, or an output is missing.</exception>
    /// <exception cref="DataException">The data does not fit the models.</exception>
    public static async Task<ComparisonResult> CompareAsync(
        OptimizationContext context, OnnxModel source, OnnxModel candidate, IDataSource data, EvaluationOptions options, CancellationToken cancellationToken = default, IModelLoader? candidateLoader = null)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(options);
        EvaluationSet set = await EvaluationSet.ReadAsync(data, options, cancellationToken).ConfigureAwait(false);
        Predictions before = await Predictor.RunAsync(context, source, data, options.Output, "source", cancellationToken).ConfigureAwait(false);
        Predictions after = await Predictor.RunAsync(candidateLoader is null ? context : context.With(candidateLoader), candidate, data, options.Output, "candidate", cancellationToken).ConfigureAwait(false);
        return Compare(before, after, set, options, context.Seed);
    }

    /// <summary>The metric of one model.</summary>
    internal static async Task<double> MeasureAsync(OptimizationContext context, OnnxModel model, IDataSource data, EvaluationOptions options, CancellationToken cancellationToken)
    {
        EvaluationSet set = await EvaluationSet.ReadAsync(data, options, cancellationToken).ConfigureAwait(false);
        Predictions all = await Predictor.RunAsync(context, model, data, options.Output, "source", cancellationToken).ConfigureAwait(false);
        int[] once = new int[all.Rows];
        Array.Fill(once, 1);
        return options.Metric.Prepare(all, set.Labels).Value(once);
    }

    internal static ComparisonResult Compare(Predictions before, Predictions after, EvaluationSet set, EvaluationOptions options, int seed)
    {
        if (before.Rows != after.Rows || before.Columns != after.Columns)
        {
            throw new OptimizationException($"Comparison: expected outputs of equal shape, got [{before.Rows},{before.Columns}] and [{after.Rows},{after.Columns}]. Compare models with the same outputs.");
        }

        float threshold = before.Threshold();
        float[] labels = set.Labels;
        if (options.Metric.Name == "agreement")
        {
            labels = [.. Enumerable.Range(0, before.Rows).Select(r => (float)before.Class(r, threshold))];
        }

        Metric metric = options.Metric;
        PreparedMetric source = metric.Prepare(before, labels);
        PreparedMetric candidate = metric.Prepare(after, labels);
        int[] all = [.. Enumerable.Range(0, before.Rows)];
        SliceResult whole = Judge("all", all, true, metric, source, candidate, before.Rows, options, seed);
        SliceResult[] slices = [.. set.Slices.Select(s => Judge(s.Name, s.Rows, s.Rows.Length >= options.MinimumSliceRows, metric, source, candidate, before.Rows, options, seed))];

        bool classes = set.Labels.Length == before.Rows;
        Flip[] flips =
        [
            .. all.Where(r => before.Class(r, threshold) != after.Class(r, threshold))
                .Select(r => new Flip(r, before.Class(r, threshold), after.Class(r, threshold), classes ? (int)set.Labels[r] : null)),
        ];
        double worst = 0;
        double sum = 0;
        for (int i = 0; i < before.Values.Length; i++)
        {
            double difference = Math.Abs(before.Values[i] - (double)after.Values[i]);
            worst = Math.Max(worst, difference);
            sum += difference;
        }

        return new ComparisonResult(
            metric.Name,
            before.Rows,
            whole.Source,
            whole.Candidate,
            whole.Drop,
            whole.DropLow,
            whole.DropHigh,
            slices,
            flips.Length,
            flips.Count(f => f.Label == f.Source),
            flips.Count(f => f.Label == f.Candidate),
            [.. flips.Take(ListedFlips)],
            worst,
            sum / Math.Max(1, before.Values.Length));
    }

    private static SliceResult Judge(
        string name, int[] rows, bool judged, Metric metric, PreparedMetric source, PreparedMetric candidate, int total, EvaluationOptions options, int seed)
    {
        var weights = new int[total];
        foreach (int row in rows)
        {
            weights[row] = 1;
        }

        double before = source.Value(weights);
        double after = candidate.Value(weights);
        (double low, double high) = judged ? Bootstrap.Interval(metric, source, candidate, rows, total, options.Resamples, seed) : (double.NaN, double.NaN);
        return new SliceResult
        {
            Name = name,
            Rows = rows.Length,
            Judged = judged && !double.IsNaN(metric.Drop(before, after)),
            Source = before,
            Candidate = after,
            Drop = metric.Drop(before, after),
            DropLow = low,
            DropHigh = high,
        };
    }
}
