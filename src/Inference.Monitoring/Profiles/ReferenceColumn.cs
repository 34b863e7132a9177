using Inference.Monitoring.Cells;
using Inference.Monitoring.Profiles;

namespace Inference.Monitoring;

/// <summary>One column of a reference profile. Immutable; thread-safe.</summary>
public sealed class ReferenceColumn
{
    private readonly MonitoringWindow _reference;

    internal ReferenceColumn(ColumnDefinition definition, ColumnFacts facts, MonitoringWindow reference, int place)
    {
        Definition = definition;
        Facts = facts;
        _reference = reference;
        Place = place;
    }

    /// <summary>The name: that of the tensor for one value a row, otherwise with the element, <c>features[3]</c>, or the statistic, <c>image.mean[0]</c>.</summary>
    public string Name => Definition.Name;

    /// <summary>The name for people; null if none was stated.</summary>
    public string? Title => Facts.Title;

    /// <summary>The place in the profile, from 0.</summary>
    public int Place { get; }

    /// <summary>Input or output.</summary>
    public ColumnSide Side => Definition.Side;

    /// <summary>How values are counted.</summary>
    public ColumnKind Kind => Definition.Layout.Kind;

    /// <summary>The name of the tensor that the value is computed from.</summary>
    public string Tensor => Definition.Tensor;

    /// <summary>Its element type.</summary>
    public ElementType ElementType => Definition.ElementType;

    /// <summary>How the value is computed from a row of the tensor.</summary>
    public ColumnDerivation Derivation => Definition.Derivation;

    /// <summary>The element, channel or direction that the value is computed from; for a pair, the place of its first column.</summary>
    public int Index => Definition.Index;

    /// <summary>The number of elements of a row of the tensor; 0 if it varies or does not matter.</summary>
    public int Width => Definition.Width;

    /// <summary>For a pair, the place of its second column; otherwise -1.</summary>
    public int SecondColumn => Derivation == ColumnDerivation.Pair ? Definition.Second : -1;

    /// <summary>The cells.</summary>
    public CellLayout Layout => Definition.Layout;

    /// <summary>The bounds of the bins of an ordered column, B + 1 ascending numbers: bin i holds Edges[i − 1] ≤ x &lt; Edges[i], the last also x = Edges[B].</summary>
    public IReadOnlyList<double> Edges => Definition.Edges;

    /// <summary>The values of a categorical column with a cell of their own, most frequent first.</summary>
    public IReadOnlyList<string> Categories => Definition.Categories;

    /// <summary>Whether values outside <see cref="Categories"/> are all counted as other, because the reference has too many, or too many that occur once, to tell which ones are new.</summary>
    public bool IsOpen => Definition.IsOpen;

    /// <summary>The smallest finite value of the rows that the bins were learned from; NaN for none.</summary>
    public double Minimum => Facts.Minimum;

    /// <summary>The largest finite value of these rows; NaN for none.</summary>
    public double Maximum => Facts.Maximum;

    /// <summary>The number of distinct values in these rows.</summary>
    public long Distinct => Facts.Distinct;

    /// <summary>The number of values that occur once in these rows; ÷ rows, it estimates the share of values that were never seen (Good and Turing).</summary>
    public long Singletons => Facts.Singletons;

    /// <summary>Whether there is exactly one value, and no NaN or missing value.</summary>
    public bool IsConstant => Facts.Distinct == 1 && Completeness == 1;

    /// <summary>Whether all finite values are integers.</summary>
    public bool IsIntegerValued => Facts.IsIntegerValued;

    /// <summary>The share of values that are neither NaN nor missing, 0 to 1; 1 without rows.</summary>
    public double Completeness
    {
        get
        {
            ReadOnlySpan<long> counts = Counts();
            long absent = counts[Layout.Missing] + (Layout.NaN < 0 ? 0 : counts[Layout.NaN]);
            return _reference.Rows == 0 ? 1 : 1 - ((double)absent / _reference.Rows);
        }
    }

    /// <summary>For an output and a reference with classes as labels: of the rows in each cell, how many have the class of the column as their label (class 1 for one score a row; for the confidence, the predicted class). Empty otherwise.</summary>
    public ReadOnlySpan<long> Positives => Facts.Positives;

    /// <summary>For an output and a reference with numbers as labels: of the rows in each cell, Σ|output − label|. Empty otherwise.</summary>
    public ReadOnlySpan<double> AbsoluteErrors => Facts.AbsoluteErrors;

    /// <summary>For an output and a reference with numbers as labels: of the rows in each cell, Σ(output − label)². Empty otherwise.</summary>
    public ReadOnlySpan<double> SquaredErrors => Facts.SquaredErrors;

    /// <summary>What is required of the values.</summary>
    public ColumnRules Rules => Facts.Rules;

    /// <summary>Whether the column shows how others depend on each other: a pair, a residual or a parity.</summary>
    public bool IsJoint => Derivation == ColumnDerivation.Pair || Definition.IsJoint;

    internal ColumnDefinition Definition { get; }

    internal ColumnFacts Facts { get; }

    /// <summary>The counts of the reference.</summary>
    /// <param name="segment">0 for all rows, s for the rows of segment s.</param>
    public ReadOnlySpan<long> Counts(int segment = 0) => _reference.Counts(Place, segment);

    /// <summary>The sums of the reference.</summary>
    /// <param name="segment">0 for all rows, s for the rows of segment s.</param>
    public ColumnMoments Moments(int segment = 0) => _reference.Moments(Place, segment);

    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {Kind}, {ElementType.Name()}";
}
