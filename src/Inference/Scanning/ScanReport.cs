namespace Inference.Scanning;

/// <summary>What was found in a model file. Immutable.</summary>
/// <param name="findings">The findings.</param>
public sealed class ScanReport(IReadOnlyList<ScanFinding> findings)
{
    /// <summary>The findings, in the order of the rules.</summary>
    public IReadOnlyList<ScanFinding> Findings => findings;

    /// <summary>Whether loading rejects the model.</summary>
    public bool HasFatal => findings.Any(static f => f.Severity == ScanSeverity.Fatal);
}
