namespace Inference.Evaluation.Metrics;

/// <summary>One row as it was read: the model's prediction and the truth. A metric uses the parts that it needs. The spans are owned by the caller and are read only during the call.</summary>
/// <remarks>A row may hold P positions (the pixels of a mask, the tokens of a text), each with a class. Rows are assumed to be independent; positions need not be.</remarks>
public readonly ref struct EvaluationRow
{
    /// <summary>The class of a position that is not counted, such as padding.</summary>
    public const int Ignored = int.MinValue;

    /// <summary>The class of a prediction or label outside the class list: never correct.</summary>
    public const int NoClass = -1;

    /// <summary>Initializes a row of weight 1.</summary>
    public EvaluationRow()
    {
    }

    /// <summary>The predicted class of each position, [P], from 0; <see cref="NoClass"/> if it is outside the class list.</summary>
    public ReadOnlySpan<int> Predicted { get; init; }

    /// <summary>The true class of each position, [P], from 0; <see cref="NoClass"/> if it is outside the class list, <see cref="Ignored"/> if the position is not counted.</summary>
    public ReadOnlySpan<int> Actual { get; init; }

    /// <summary>Probabilities, [P,C], row-major, C classes; empty if the model returns none.</summary>
    public ReadOnlySpan<double> Probabilities { get; init; }

    /// <summary>The scores that rank the classes of the row, [P,C], row-major: logits or probabilities; empty if the model returns none.</summary>
    public ReadOnlySpan<double> Scores { get; init; }

    /// <summary>The predicted numbers, [V]: the columns of a regression, the scores of a ranked list, one or more boxes (x1, y1, x2, y2).</summary>
    public ReadOnlySpan<double> Values { get; init; }

    /// <summary>The true numbers, [V]: values, relevances (≥ 0), boxes.</summary>
    public ReadOnlySpan<double> Truth { get; init; }

    /// <summary>The weight of the row, finite, ≥ 0; the default is 1. A row of weight 0 is ignored.</summary>
    public double Weight { get; init; } = 1;
}
