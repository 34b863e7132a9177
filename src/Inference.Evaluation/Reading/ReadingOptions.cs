namespace Inference.Evaluation.Reading;

/// <summary>What the caller knows of outputs and labels; what is left open is decided.</summary>
public sealed class ReadingOptions
{
    /// <summary>The output to read; null, the default: decided.</summary>
    public string? OutputName { get; init; }

    /// <summary>What the model answers; null, the default: decided.</summary>
    public ReadingTask? Task { get; init; }

    /// <summary>What the scores are; null, the default: decided.</summary>
    public ScoreForm? Form { get; init; }

    /// <summary>The label value of each class, in the order of the model's columns; null, the default: decided.</summary>
    public IReadOnlyList<string>? Classes { get; init; }

    /// <summary>Above which a single score is class 1; null, the default: 0.5 for probabilities, 0 for logits.</summary>
    public double? Threshold { get; init; }

    /// <summary>The label of positions that do not count, such as padding, where a row has several; −100 by default.</summary>
    public long IgnoredLabel { get; init; } = -100;
}
