using Inference.Feedback;
using Inference.Monitoring.Cells;

namespace Inference.Monitoring.Feedback;

/// <summary>The cells of a column that are more frequent than in the reference. Immutable.</summary>
internal sealed class ChangedCells
{
    // A cell is changed if its share is this much above the reference's, relatively and in standard deviations.
    private const double Relative = 0.1;
    private const double Deviations = 3;
    private const long FewestRows = 5;
    private readonly ColumnEncoder _encoder;
    private readonly bool[] _changed;

    private ChangedCells(string name, ColumnEncoder encoder, bool[] changed)
    {
        Name = name;
        _encoder = encoder;
        _changed = changed;
    }

    /// <summary>The column.</summary>
    public string Name { get; }

    /// <summary>The cells that changed; null if none did.</summary>
    public static ChangedCells? Of(ReferenceColumn column, ReadOnlySpan<long> counts)
    {
        ReadOnlySpan<long> reference = column.Counts();
        double rows = Sum(counts), referenceRows = Sum(reference);
        var changed = new bool[counts.Length];
        bool any = false;
        for (int cell = 0; cell < counts.Length; cell++)
        {
            double expected = (reference[cell] + 0.5) / (referenceRows + 1);
            any |= changed[cell] = counts[cell] >= FewestRows && counts[cell] / rows > (expected * (1 + Relative)) + (Deviations * Math.Sqrt(expected * (1 - expected) / rows));
        }

        return any ? new ChangedCells(column.Name, new ColumnEncoder(column.Definition), changed) : null;
    }

    /// <summary>Whether a value is in one of them.</summary>
    public bool Contains(FeedbackValue value) => _changed[value.Text is { } text ? _encoder.CellOf(text) : _encoder.CellOf(value.Number)];

    private static double Sum(ReadOnlySpan<long> counts)
    {
        double sum = 0;
        foreach (long count in counts)
        {
            sum += count;
        }

        return sum;
    }
}
