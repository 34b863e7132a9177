namespace Inference.Versioning;

/// <summary>Inputs with known outputs that a version must reproduce before it serves.</summary>
public sealed class GoldenRows
{
    /// <summary>Relative tolerance r: |got − want| ≤ a + r · |want|; null: the option's.</summary>
    public double? RelativeTolerance { get; set; }

    /// <summary>Absolute tolerance a; null: the option's.</summary>
    public double? AbsoluteTolerance { get; set; }

    /// <summary>The cases, each one run.</summary>
    public IList<GoldenCase> Cases { get; set; } = [];
}
