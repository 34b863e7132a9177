namespace Inference.Versioning.Manifest;

/// <summary>Inputs with known outputs that a version must reproduce before it serves.</summary>
internal sealed class GoldenRows
{
    /// <summary>The relative tolerance r in |got − want| ≤ a + r · |want|; null: <see cref="VersioningOptions.GoldenRelativeTolerance"/>.</summary>
    public double? RelativeTolerance { get; set; }

    /// <summary>The absolute tolerance a; null: <see cref="VersioningOptions.GoldenAbsoluteTolerance"/>.</summary>
    public double? AbsoluteTolerance { get; set; }

    /// <summary>The cases; each is one run.</summary>
    public IList<GoldenCase> Cases { get; set; } = [];
}
