using System.Globalization;
using Inference.Evaluation.Metrics;
using Inference.Feedback;

namespace Inference.Monitoring.Feedback;

/// <summary>
/// Reads a store and computes what is known from labels at a moment: delays, coverage by age, metrics by version and segment, fairness. Everything is computed anew, so that corrections, erasures and late reports count at once; only
/// where the predictions of a version begin is kept between evaluations, for intervals that hold at all of them. Not thread-safe.
/// </summary>
internal sealed partial class FeedbackEvaluator(IFeedbackStore store, FeedbackOptions options)
{
    // Segments of a column that have figures of their own.
    private const int MostSegments = 64;

    private static readonly TimeSpan[] s_ages =
    [
        TimeSpan.Zero, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(10), TimeSpan.FromHours(1), TimeSpan.FromHours(6), TimeSpan.FromDays(1), TimeSpan.FromDays(3), TimeSpan.FromDays(7), TimeSpan.FromDays(30), TimeSpan.FromDays(3650),
    ];

    private readonly FeedbackPerformanceOptions _performance = options.Performance;
    private readonly Metric[] _metrics = [.. options.Performance.Metrics.Distinct(StringComparer.Ordinal).Select(MetricCatalog.Parse)];
    private readonly string[] _segments = [.. options.Segments.Distinct(StringComparer.Ordinal)];

    /// <exception cref="FeedbackStoreException">The store cannot be read.</exception>
    public async Task<FeedbackEvaluation> EvaluateAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        // A prediction of this microsecond is counted.
        DateTimeOffset end = now.AddTicks(TimeSpan.TicksPerMicrosecond);
        TimeSpan[] ages = [.. s_ages.Where(a => a < options.Retention), options.Retention];
        DateTimeOffset[] edges = [.. ages.Select(a => a == TimeSpan.Zero ? end : now - a).Reverse()];
        IReadOnlyList<(long Predictions, long Labelled)> counts = await store.CountAsync(edges, cancellationToken).ConfigureAwait(false);
        LabelCoverage[] coverage = [.. Enumerable.Range(0, counts.Count).Select(i => new LabelCoverage(ages[i], ages[i + 1], counts[^(i + 1)].Predictions, counts[^(i + 1)].Labelled))];
        DateTimeOffset from = await FromAsync(coverage, now, end, cancellationToken).ConfigureAwait(false);
        var delays = new LabelDelays();
        await foreach (JoinedOutcome outcome in store.ReadJoinedAsync(from, end, cancellationToken).ConfigureAwait(false))
        {
            if (outcome.Name == _performance.Label)
            {
                delays.Add(now - outcome.PredictedAt, outcome.ReportedAt - outcome.PredictedAt);
            }
        }

        (TimeSpan P50, TimeSpan P95)? quantiles = delays.Quantiles();
        var evaluation = new FeedbackEvaluation
        {
            Predictions = coverage.Sum(static c => c.Predictions),
            Coverage = [.. coverage.Where(static c => c.Predictions > 0)],
            DelayP50 = quantiles?.P50,
            DelayP95 = quantiles?.P95,
        };
        return quantiles is not { } known || options.Score is null || (_metrics.Length == 0 && _performance.FairnessGap is null)
            ? evaluation
            : await JudgeAsync(evaluation, from, now - known.P95, cancellationToken).ConfigureAwait(false);
    }

    private async Task<FeedbackEvaluation> JudgeAsync(FeedbackEvaluation evaluation, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        var groups = new Dictionary<(string Version, string? Column, string? Segment), RealizedAccumulator[]>();
        var segmentsOf = new Dictionary<(string, string), int>();
        var fairness = new Dictionary<(string Version, string Column), FairnessCheck>();
        IAsyncEnumerator<JoinedOutcome> joined = store.ReadJoinedAsync(from, to, cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using (joined.ConfigureAwait(false))
        {
            bool more = await joined.MoveNextAsync().ConfigureAwait(false);
            var labels = new Dictionary<int, FeedbackValue>();
            await foreach (KeptPrediction prediction in store.ReadPredictionsAsync(from, to, cancellationToken).ConfigureAwait(false))
            {
                // Both are in one order; reports of a prediction that was written or removed between the two readings are passed over.
                labels.Clear();
                while (more && Compare(joined.Current.Prediction, prediction) <= 0)
                {
                    if (joined.Current.PredictionId == prediction.Id && joined.Current.Name == _performance.Label)
                    {
                        labels[joined.Current.Row] = joined.Current.Value;
                    }

                    more = await joined.MoveNextAsync().ConfigureAwait(false);
                }

                Judge(prediction, labels, groups, segmentsOf, fairness);
            }
        }

        return evaluation with
        {
            Performance =
            [
                .. groups.OrderBy(static g => g.Key.Version, StringComparer.Ordinal).ThenBy(static g => g.Key.Column, StringComparer.Ordinal).ThenBy(static g => g.Key.Segment, StringComparer.Ordinal)
                    .SelectMany(static g => g.Value.Select(a => a.Realize(g.Key.Version, g.Key.Column, g.Key.Segment))).OfType<RealizedMetric>().Where(m => m.Segment is null || m.Rows >= _performance.MinimumRows),
            ],
            Unfair = [.. fairness.Select(f => Unfair(f.Key.Version, f.Key.Column, f.Value)).OfType<UnfairColumn>().OrderByDescending(static u => u.Gap)],
        };
    }

    private void Judge(
        KeptPrediction prediction, Dictionary<int, FeedbackValue> labels, Dictionary<(string, string?, string?), RealizedAccumulator[]> groups, Dictionary<(string, string), int> segmentsOf,
        Dictionary<(string, string), FairnessCheck> fairness)
    {
        string version = prediction.ModelVersion;
        EvaluationBlock block = BlockOf(version, prediction.At);
        if (prediction.At < block.Start)
        {
            return;
        }

        for (int row = 0; !prediction.Row(row).IsEmpty; row++)
        {
            double score = prediction.Score(row);
            if (!double.IsFinite(score))
            {
                continue;
            }

            double? label = labels.TryGetValue(row, out FeedbackValue value) ? JudgedRow.Number(value) : null;
            var judged = new JudgedRow(score, label, PredictionIds.Uniform(prediction.Id, row));
            Add(groups, (version, null, null), block, judged);
            foreach (string column in _segments)
            {
                string segment = Segment(prediction.Column(row, column));
                (string, string?, string?) key = (version, column, segment);
                if (groups.ContainsKey(key) || (segmentsOf[(version, column)] = segmentsOf.GetValueOrDefault((version, column)) + 1) <= MostSegments)
                {
                    Add(groups, key, block, judged);
                    if (judged.Class is { } actual && (_performance.FairnessColumns.Count == 0 || _performance.FairnessColumns.Contains(column)))
                    {
                        if (!fairness.TryGetValue((version, column), out FairnessCheck? check))
                        {
                            fairness[(version, column)] = check = new FairnessCheck(_performance.MinimumRows, block.Share, block.Ranks(column));
                        }

                        check.Add(segment, score >= _performance.Threshold, actual);
                    }
                }
            }
        }
    }

    private void Add(Dictionary<(string, string?, string?), RealizedAccumulator[]> groups, (string, string?, string?) key, EvaluationBlock block, in JudgedRow row)
    {
        if (!groups.TryGetValue(key, out RealizedAccumulator[]? metrics))
        {
            groups[key] = metrics = [.. _metrics.Select(m => new RealizedAccumulator(m, _performance.Threshold, block.Share))];
        }

        foreach (RealizedAccumulator metric in metrics)
        {
            metric.Add(row);
        }
    }

    private UnfairColumn? Unfair(string version, string column, FairnessCheck check) =>
        _performance.FairnessGap is { } most && check.Certain() is { } certain && certain.Gap > most ? new UnfairColumn(version, column, certain.Gap, certain.Rate, certain.High, certain.Low) : null;

    private static string Segment(FeedbackValue? value) => value is not { } segment ? "" : segment.Text ?? (double.IsNaN(segment.Number) ? "" : segment.Number.ToString(CultureInfo.InvariantCulture));

    private static int Compare(KeptPrediction left, KeptPrediction right) => left.At != right.At ? left.At.CompareTo(right.At) : left.Id.CompareTo(right.Id);
}
