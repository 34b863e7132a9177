namespace Inference.Evaluation.Metrics;

/// <summary>Gaps between groups: the highest minus the lowest rate over all groups with enough rows. Mergeable, exact. Not thread-safe.</summary>
/// <remarks>Selection rate: demographic parity. True-positive rate: equal opportunity (Hardt, Price, Srebro, 2016). Groups for which a rate is undefined are excluded from its gap; with fewer than two remaining groups the gap is NaN.</remarks>
public sealed class FairnessGaps
{
    private readonly SortedDictionary<string, GroupRates> _groups = new(StringComparer.Ordinal);
    private readonly int _minimumRows;

    /// <summary>Initializes an empty instance.</summary>
    /// <param name="minimumRows">The number of rows that a group needs to be included, ≥ 1; the default is 1.</param>
    public FairnessGaps(int minimumRows = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(minimumRows, 1);
        _minimumRows = minimumRows;
    }

    /// <summary>The groups by name, in ordinal order.</summary>
    public IReadOnlyDictionary<string, GroupRates> Groups => _groups;

    /// <summary>The gap of <see cref="GroupRates.SelectionRate"/>, 0 to 1.</summary>
    public double SelectionRateGap => Gap(static g => g.SelectionRate);

    /// <summary>The gap of <see cref="GroupRates.TruePositiveRate"/>, 0 to 1.</summary>
    public double TruePositiveRateGap => Gap(static g => g.TruePositiveRate);

    /// <summary>The gap of <see cref="GroupRates.FalsePositiveRate"/>, 0 to 1.</summary>
    public double FalsePositiveRateGap => Gap(static g => g.FalsePositiveRate);

    /// <summary>The larger of the gaps of the true- and false-positive rates: equalized odds.</summary>
    public double EqualizedOddsGap => Math.Max(TruePositiveRateGap, FalsePositiveRateGap);

    /// <summary>Adds a row.</summary>
    /// <param name="group">The group it belongs to.</param>
    /// <param name="selected">Whether the model predicted the favourable class.</param>
    /// <param name="actual">Whether the favourable class is the true one.</param>
    /// <param name="weight">The weight of the row, finite, ≥ 0.</param>
    /// <exception cref="EvaluationException">The weight is out of range.</exception>
    public void Add(string group, bool selected, bool actual, double weight = 1)
    {
        if (!(weight >= 0 && double.IsFinite(weight)))
        {
            throw new EvaluationException($"Group '{group}': expected a finite weight ≥ 0, got {weight}. Correct the weights.");
        }

        if (weight > 0)
        {
            Group(group).Add(selected, actual, weight);
        }
    }

    /// <summary>Adds the rows of another instance.</summary>
    public void Merge(FairnessGaps other)
    {
        ArgumentNullException.ThrowIfNull(other);
        foreach ((string name, GroupRates rates) in other._groups)
        {
            Group(name).Merge(rates);
        }
    }

    private GroupRates Group(string name)
    {
        if (!_groups.TryGetValue(name, out GroupRates? rates))
        {
            _groups[name] = rates = new GroupRates();
        }

        return rates;
    }

    private double Gap(Func<GroupRates, double> rate)
    {
        double[] rates = [.. _groups.Values.Where(g => g.Rows >= _minimumRows).Select(rate).Where(static r => !double.IsNaN(r))];
        return rates.Length < 2 ? double.NaN : rates.Max() - rates.Min();
    }
}
