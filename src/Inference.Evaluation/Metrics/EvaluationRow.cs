namespace Inference.Evaluation.Metrics;

/// <summary>One row as it was read: what a model answered and what is true. A metric takes from it what it needs. The spans belong to the caller and are read during the call only.</summary>
/// <remarks>A row may hold several positions (the pixels of a mask, the tokens of a text): P of them, each a class. Rows are what is independent of each other; positions need not be.</remarks>
public readonly ref struct EvaluationRow
{
    /// <summary>The class of a position that does not count, such as padding.</summary>
    public const int Ignored = int.MinValue;

    /// <summary>The class of an answer or a label that is none of the class list: never right.</summary>
    public const int NoClass = -1;

    /// <summary>Makes a row of weight 1.</summary>
    public EvaluationRow()
    {
    }

    /// <summary>The answered class of each position, [P], from 0; <see cref="NoClass"/> where it is none of the list.</summary>
    public ReadOnlySpan<int> Predicted { get; init; }

    /// <summary>The true class of each position, [P], from 0; <see cref="NoClass"/> where it is none of the list, <see cref="Ignored"/> where the position does not count.</summary>
    public ReadOnlySpan<int> Actual { get; init; }

    /// <summary>Probabilities, [P,C], row-major, C classes; empty where the model gives none.</summary>
    public ReadOnlySpan<double> Probabilities { get; init; }

    /// <summary>What the classes of the row are ordered by, [P,C], row-major: logits or probabilities; empty where the model gives none.</summary>
    public ReadOnlySpan<double> Scores { get; init; }

    /// <summary>Numbers that were answered, [V]: a regression's columns, the scores of a ranked list, a box (x1, y1, x2, y2) or several.</summary>
    public ReadOnlySpan<double> Values { get; init; }

    /// <summary>The true numbers, [V]: values, relevances (≥ 0), boxes.</summary>
    public ReadOnlySpan<double> Truth { get; init; }

    /// <summary>How much the row counts, finite, ≥ 0; 1 by default. A row of weight 0 is as if it were not there.</summary>
    public double Weight { get; init; } = 1;
}
