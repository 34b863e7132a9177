namespace Inference.Evaluation.Reading;

/// <summary>What the caller specifies about outputs and labels; everything else is decided automatically.</summary>
public sealed class ReadingOptions
{
    /// <summary>The output to read; null, the default: decided automatically.</summary>
    public string? OutputName { get; init; }

    /// <summary>What the model predicts; null, the default: decided automatically.</summary>
    public ReadingTask? Task { get; init; }

    /// <summary>The form of the scores; null, the default: decided automatically.</summary>
    public ScoreForm? Form { get; init; }

    /// <summary>The label value of each class, in the order of the model's columns; null, the default: decided automatically.</summary>
    public IReadOnlyList<string>? Classes { get; init; }

    /// <summary>The threshold above which a single score is class 1; null, the default: 0.5 for probabilities, 0 for logits.</summary>
    public double? Threshold { get; init; }

    /// <summary>The label of positions that are not counted, such as padding, if a row has several; the default is −100.</summary>
    public long IgnoredLabel { get; init; } = -100;
}
