using Inference.Evaluation.Metrics;

namespace Inference.Evaluation.Verdicts;

/// <summary>
/// Judges a candidate against its source on the same rows: each row's two answers are added together, so that what is hard for both cancels out. Keeps what the metric needs of each row. Not thread-safe.
/// </summary>
/// <remarks>
/// <para>The drop's interval is over per-row effects dᵢ: the differences themselves for means, pseudo-values of the jackknife for functions of sums (F1, R², …) and of score orders (AUC: DeLong's placements). Their mean is bounded by
/// <see cref="VerdictOptions.Confidence"/> one-sidedly on each side by Gaffke's bound, which for accuracies is as careful as Clopper and Pearson's: one row that the candidate could not have answered worse is added, so that models
/// that agree on all rows seen are not taken to agree everywhere. For metrics without fixed ends that row is the worst seen.</para>
/// <para>Assumes that rows are independent. For functions of sums and orders the level is met as rows grow, not exactly; the bound is formed at four fifths of the level, so that the level itself holds.</para>
/// </remarks>
public sealed class PairedJudge
{
    private readonly MetricRows _source;
    private readonly MetricRows _candidate;
    private readonly List<int> _all = [];
    private readonly SortedDictionary<string, List<int>> _slices = new(StringComparer.Ordinal);
    private readonly Metric _metric;
    private readonly VerdictOptions _options;

    /// <summary>Makes a judge without rows.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public PairedJudge(Metric metric, VerdictOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(metric);
        _metric = metric;
        _options = options ?? new VerdictOptions();
        if (!double.IsFinite(_options.Budget) || _options.SliceBudget is { } budget && !double.IsFinite(budget))
        {
            throw new ArgumentOutOfRangeException(nameof(options), "Expected finite budgets.");
        }

        if (!(_options.Confidence is > 0.5 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(options), _options.Confidence, "Expected a confidence above 0.5 and below 1.");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(_options.MinimumSliceRows, 2, nameof(options));
        _source = metric.CreateRows();
        _candidate = metric.CreateRows();
    }

    /// <summary>Adds both models' answers to one row; their weights are equal.</summary>
    /// <param name="source">The source model's answer.</param>
    /// <param name="candidate">The other model's.</param>
    /// <param name="slices">The slices the row belongs to.</param>
    /// <exception cref="EvaluationException">A row lacks what the metric needs, or the weights differ or are out of range.</exception>
    public void Add(in EvaluationRow source, in EvaluationRow candidate, params ReadOnlySpan<string> slices)
    {
        if (!(source.Weight >= 0 && double.IsFinite(source.Weight)) || source.Weight != candidate.Weight)
        {
            throw new EvaluationException($"Metric '{_metric.Name}': expected one weight for both answers to a row, finite and ≥ 0, got {source.Weight} and {candidate.Weight}. Repair the weights.");
        }

        if (source.Weight == 0)
        {
            return;
        }

        _source.Add(source);
        _candidate.Add(candidate);
        int row = _source.Count - 1;
        _all.Add(row);
        foreach (string slice in slices)
        {
            if (!_slices.TryGetValue(slice, out List<int>? rows))
            {
                _slices[slice] = rows = [];
            }

            rows.Add(row);
        }
    }

    /// <summary>The verdict on the rows so far.</summary>
    public Verdict Judge() => new()
    {
        Metric = _metric.Name,
        Overall = Judge("all", _all, _options.Budget, 2),
        Slices = [.. _slices.Select(s => Judge(s.Key, s.Value, _options.SliceBudget, _options.MinimumSliceRows))],
    };

    private DropVerdict Judge(string name, List<int> rows, double? budget, int least)
    {
        int[] places = [.. rows];
        RowInfluence source = _source.Influence(places), candidate = _candidate.Influence(places);
        double drop = _metric.Drop(source.Value, candidate.Value);
        string reason = places.Length < least ? $"fewer than {least} rows" : double.IsNaN(drop) ? "the metric is not defined on these rows" : "";
        PairedDrop? paired = reason.Length > 0 || !double.IsFinite(drop) ? null : new PairedDrop(_metric, source, candidate, drop);
        if (paired is { IsDefined: false })
        {
            (reason, paired) = ("without one of these rows the metric is not defined", null);
        }

        double high = paired?.Upper(_options.Confidence) ?? (drop == double.PositiveInfinity ? drop : double.NaN);
        VerdictOutcome outcome = reason.Length > 0 || budget is null ? VerdictOutcome.NotJudged : high <= budget ? VerdictOutcome.Met : drop > budget ? VerdictOutcome.NotMet : VerdictOutcome.Inconclusive;
        return new DropVerdict
        {
            Name = name,
            Outcome = outcome,
            Reason = reason.Length > 0 ? reason : budget is null ? "no budget for slices" : "",
            Rows = places.Length,
            Source = source.Value,
            Candidate = candidate.Value,
            Drop = drop,
            Low = paired?.Lower(_options.Confidence) ?? (drop == double.PositiveInfinity ? drop : double.NaN),
            High = high,
            Budget = budget,
            RowsToDecide = outcome == VerdictOutcome.Inconclusive ? paired?.RowsFor(budget!.Value, _options.Confidence) : null,
        };
    }
}
