namespace Inference.Evaluation.Metrics;

/// <summary>Specifies a ratio of one class's counts.</summary>
internal enum ClassRatio
{
    /// <summary>TP ÷ (TP + FP).</summary>
    Precision,

    /// <summary>TP ÷ (TP + FN).</summary>
    Recall,

    /// <summary>2·TP ÷ (2·TP + FP + FN).</summary>
    F1,

    /// <summary>TP ÷ (TP + FP + FN): intersection over union.</summary>
    IntersectionOverUnion,
}
