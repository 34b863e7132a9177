namespace Inference.Versioning.Manifest;

/// <summary>One run with known outputs.</summary>
internal sealed class GoldenCase
{
    /// <summary>The inputs by name.</summary>
    public Dictionary<string, GoldenTensor> Inputs { get; set; } = [];

    /// <summary>The expected outputs by name; outputs not listed are not compared.</summary>
    public Dictionary<string, GoldenTensor> Outputs { get; set; } = [];
}
