namespace Inference.Scanning;

/// <summary>How serious a finding is.</summary>
public enum ScanSeverity
{
    /// <summary>Loading does not reject it, but a model from others should not have it without a reason.</summary>
    Warning,

    /// <summary>Loading rejects it.</summary>
    Fatal,
}
