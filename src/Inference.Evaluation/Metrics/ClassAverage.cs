namespace Inference.Evaluation.Metrics;

/// <summary>How a figure of single classes becomes one of all.</summary>
internal enum ClassAverage
{
    /// <summary>The figure of class 1 of two.</summary>
    Positive,

    /// <summary>The mean over classes that were answered or are true, each counting alike.</summary>
    Macro,

    /// <summary>The figure of all classes' counts added up.</summary>
    Micro,
}
