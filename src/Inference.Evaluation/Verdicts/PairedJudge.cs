using Inference.Evaluation.Metrics;

namespace Inference.Evaluation.Verdicts;

/// <summary>
/// Compares a candidate with its source model on the same rows: both predictions for a row are added together, so that the difficulty of a row cancels out. Keeps the parts of each row that the metric needs. Not thread-safe.
/// </summary>
/// <remarks>
/// <para>The drop's interval is over per-row effects dᵢ: the differences for means, jackknife pseudo-values for functions of sums (F1, R², …) and of score orders (AUC: DeLong's placements). Their mean is bounded by
/// <see cref="VerdictOptions.Confidence"/> one-sidedly on each side by Gaffke's bound, which for accuracies is as conservative as Clopper and Pearson's: one row with the worst possible prediction is added, so that models
/// that agree on all observed rows are not assumed to agree everywhere. For unbounded metrics that row is the worst observed one.</para>
/// <para>Assumes that rows are independent. For functions of sums and orders the level is asymptotic; the bound is computed at four fifths of the level, so that the stated level holds.</para>
/// </remarks>
public sealed class PairedJudge
{
    private readonly MetricRows _source;
    private readonly MetricRows _candidate;
    private readonly List<int> _all = [];
    private readonly SortedDictionary<string, List<int>> _slices = new(StringComparer.Ordinal);
    private readonly Metric _metric;
    private readonly VerdictOptions _options;

    /// <summary>Initializes an instance without rows.</summary>
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

    /// <summary>Adds both models' predictions for one row; their weights must be equal.</summary>
    /// <param name="source">The source model's prediction.</param>
    /// <param name="candidate">The candidate's prediction.</param>
    /// <param name="slices">The slices that the row belongs to.</param>
    /// <exception cref="EvaluationException">A row lacks a part that the metric needs, or the weights differ or are out of range.</exception>
    public void Add(in EvaluationRow source, in EvaluationRow candidate, params ReadOnlySpan<string> slices)
    {
        if (!(source.Weight >= 0 && double.IsFinite(source.Weight)) || source.Weight != candidate.Weight)
        {
            throw new EvaluationException($"Metric '{_metric.Name}': expected equal, finite weights ≥ 0 for both predictions of a row, got {source.Weight} and {candidate.Weight}. Correct the weights.");
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

    /// <summary>Computes the verdict on the rows so far.</summary>
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
        string reason = places.Length < least ? $"fewer than {least} rows" : double.IsNaN(drop) ? "the metric is undefined on these rows" : "";
        PairedDrop? paired = reason.Length > 0 || !double.IsFinite(drop) ? null : new PairedDrop(_metric, source, candidate, drop);
        if (paired is { IsDefined: false })
        {
            (reason, paired) = ("the metric is undefined without one of these rows", null);
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
