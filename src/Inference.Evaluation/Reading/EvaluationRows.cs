using Inference.Evaluation.Metrics;

namespace Inference.Evaluation.Reading;

/// <summary>Rows read from outputs and labels. Immutable.</summary>
public sealed class EvaluationRows
{
    private readonly int[] _predicted;
    private readonly int[] _actual;
    private readonly double[] _scores;
    private readonly double[] _probabilities;
    private readonly double[] _values;
    private readonly double[] _truth;

    internal EvaluationRows(int count, int[]? predicted = null, int[]? actual = null, double[]? scores = null, double[]? probabilities = null, double[]? values = null, double[]? truth = null)
    {
        Count = count;
        (_predicted, _actual, _scores, _probabilities, _values, _truth) = (predicted ?? [], actual ?? [], scores ?? [], probabilities ?? [], values ?? [], truth ?? []);
    }

    /// <summary>The number of rows.</summary>
    public int Count { get; }

    /// <summary>The number of positions whose label is outside the class list.</summary>
    public int UnknownLabels => _actual.Count(static a => a == EvaluationRow.NoClass);

    /// <summary>The number of positions whose prediction is outside the class list, or for which two outputs contradict each other.</summary>
    public int UnknownAnswers => _predicted.Count(static p => p == EvaluationRow.NoClass);

    /// <summary>Returns a row; its spans stay valid as long as this object.</summary>
    /// <param name="row">The index of the row, from 0.</param>
    /// <param name="weight">The weight of the row.</param>
    public EvaluationRow GetRow(int row, double weight = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, Count);
        return new EvaluationRow
        {
            Predicted = Part(_predicted, row),
            Actual = Part(_actual, row),
            Scores = Part(_scores, row),
            Probabilities = Part(_probabilities, row),
            Values = Part(_values, row),
            Truth = Part(_truth, row),
            Weight = weight,
        };
    }

    private ReadOnlySpan<T> Part<T>(T[] all, int row) => all.AsSpan(row * (all.Length / Count), all.Length / Count);
}
