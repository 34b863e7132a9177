namespace Inference.Optimization.Distillation;

/// <summary>The student and how it is trained.</summary>
public sealed class StudentOptions
{
    /// <summary>Widths of the hidden layers; empty, the default: a linear student.</summary>
    public IReadOnlyList<int> Hidden { get; init; } = [];

    /// <summary>Values an id of a categorical (integer) input is embedded in, 1 to 256, 8 by default.</summary>
    public int EmbeddingSize { get; init; } = 8;

    /// <summary>Whether the dot products of all pairs of embeddings are added to the features; false by default.</summary>
    public bool DotInteractions { get; init; }

    /// <summary>What is matched.</summary>
    public StudentLoss Loss { get; init; } = StudentLoss.Auto;

    /// <summary>Share of the loss that comes from true labels instead of the teacher, 0 to 1, where labels are given; 0.3 by default.</summary>
    public double LabelShare { get; init; } = 0.3;

    /// <summary>The column of true labels; null: the teacher alone.</summary>
    public string? Labels { get; init; }

    /// <summary>Greatest number of passes, ≥ 1; 60 by default.</summary>
    public int Epochs { get; init; } = 60;

    /// <summary>Passes without a better validation loss before training stops, ≥ 1; 8 by default.</summary>
    public int Patience { get; init; } = 8;

    /// <summary>Rows of a mini-batch, ≥ 1; 64 by default.</summary>
    public int MiniBatch { get; init; } = 64;

    /// <summary>The first learning rate; it falls with a cosine to a hundredth. 0.003 by default.</summary>
    public double LearningRate { get; init; } = 0.003;

    /// <summary>Share of the rows kept aside to stop by, 0.01 to 0.5; 0.1 by default.</summary>
    public double ValidationShare { get; init; } = 0.1;

    /// <summary>The output to match; null: the teacher's first.</summary>
    public string? Output { get; init; }

    /// <exception cref="OptimizationException">A value is out of range.</exception>
    internal void Validate()
    {
        if (EmbeddingSize is < 1 or > 256 || Epochs < 1 || Patience < 1 || MiniBatch < 1 || LearningRate <= 0 || ValidationShare is not (>= 0.01 and <= 0.5)
            || LabelShare is not (>= 0 and <= 1) || Hidden.Any(h => h < 1))
        {
            throw new OptimizationException(
                "Student: expected widths, epochs, patience and batch of at least 1, embeddings of 1 to 256, a positive learning rate, a validation share of 0.01 to 0.5 and a label share of 0 to 1, got something else. Correct the options.");
        }
    }
}
