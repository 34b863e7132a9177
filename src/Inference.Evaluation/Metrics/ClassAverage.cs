namespace Inference.Evaluation.Metrics;

/// <summary>Specifies how per-class values are combined.</summary>
internal enum ClassAverage
{
    /// <summary>The value of class 1 of two.</summary>
    Positive,

    /// <summary>The unweighted mean over all classes that occur as predicted or true.</summary>
    Macro,

    /// <summary>The value of the summed counts of all classes.</summary>
    Micro,
}
