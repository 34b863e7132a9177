using Inference.Evaluation.Numerics;

namespace Inference.Evaluation.Metrics;

/// <summary>The selection, true-positive and false-positive rates of a group. Mergeable, exact.</summary>
public sealed class GroupRates
{
    private readonly ExactSum[] _weights = [new(), new(), new(), new()];

    /// <summary>The number of rows.</summary>
    public long Rows { get; private set; }

    /// <summary>P(ŷ = 1); NaN without rows.</summary>
    public double SelectionRate => (Of(true, true) + Of(true, false)) / (Of(true, true) + Of(true, false) + Of(false, true) + Of(false, false));

    /// <summary>P(ŷ = 1 | y = 1); NaN if no row has y = 1.</summary>
    public double TruePositiveRate => Of(true, true) / (Of(true, true) + Of(false, true));

    /// <summary>P(ŷ = 1 | y = 0); NaN if no row has y = 0.</summary>
    public double FalsePositiveRate => Of(true, false) / (Of(true, false) + Of(false, false));

    internal void Add(bool selected, bool actual, double weight)
    {
        Cell(selected, actual).Add(weight);
        Rows++;
    }

    internal void Merge(GroupRates other)
    {
        for (int i = 0; i < _weights.Length; i++)
        {
            _weights[i].Merge(other._weights[i]);
        }

        Rows += other.Rows;
    }

    private double Of(bool selected, bool actual) => Cell(selected, actual).Value;

    private ExactSum Cell(bool selected, bool actual) => _weights[(selected ? 2 : 0) + (actual ? 1 : 0)];
}
