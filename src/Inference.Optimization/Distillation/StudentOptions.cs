namespace Inference.Optimization.Distillation;

/// <summary>Options of the student and its training.</summary>
public sealed class StudentOptions
{
    /// <summary>The widths of the hidden layers; empty, the default: a linear student.</summary>
    public IReadOnlyList<int> Hidden { get; init; } = [];

    /// <summary>The size of the embedding of each categorical (integer) column, 1 to 256; the default is 8.</summary>
    public int EmbeddingSize { get; init; } = 8;

    /// <summary>Whether the dot products of all pairs of embeddings are added to the features; the default is false.</summary>
    public bool DotInteractions { get; init; }

    /// <summary>The loss; the default is <see cref="StudentLoss.Auto"/>.</summary>
    public StudentLoss Loss { get; init; } = StudentLoss.Auto;

    /// <summary>The share of the loss that uses the true labels instead of the teacher's output, 0 to 1; the default is 0.3. Used only with <see cref="Labels"/>.</summary>
    public double LabelShare { get; init; } = 0.3;

    /// <summary>The column of true labels; null, the default: the teacher's output only.</summary>
    public string? Labels { get; init; }

    /// <summary>The maximum number of epochs, ≥ 1; the default is 60.</summary>
    public int Epochs { get; init; } = 60;

    /// <summary>The number of epochs without a lower validation loss after which training stops, ≥ 1; the default is 8.</summary>
    public int Patience { get; init; } = 8;

    /// <summary>The number of rows per mini-batch, ≥ 1; the default is 64.</summary>
    public int MiniBatch { get; init; } = 64;

    /// <summary>The initial learning rate, which falls along a cosine to a hundredth; the default is 0.003.</summary>
    public double LearningRate { get; init; } = 0.003;

    /// <summary>The share of the rows used for validation, 0.01 to 0.5; the default is 0.1.</summary>
    public double ValidationShare { get; init; } = 0.1;

    /// <summary>The only output to learn; the student then has no other. Null, the default: all outputs.</summary>
    public string? Output { get; init; }

    /// <exception cref="OptimizationException">A value is out of range.</exception>
    internal void Validate()
    {
        if (EmbeddingSize is < 1 or > 256 || Epochs < 1 || Patience < 1 || MiniBatch < 1 || LearningRate <= 0 || ValidationShare is not (>= 0.01 and <= 0.5)
            || LabelShare is not (>= 0 and <= 1) || Hidden.Any(h => h < 1))
        {
            throw new OptimizationException(
                "Student: expected widths, epochs, patience and batch of at least 1, embeddings of 1 to 256, a positive learning rate, a validation share of 0.01 to 0.5 and a label share of 0 to 1, got another value. Correct the options.");
        }
    }
}
