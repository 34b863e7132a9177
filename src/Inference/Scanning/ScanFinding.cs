namespace Inference.Scanning;

/// <summary>Something in a model file that may harm who loads it.</summary>
/// <param name="Rule">The rule, such as "path" or "loop".</param>
/// <param name="Severity">How serious it is.</param>
/// <param name="Where">The node, tensor or graph; empty for the file.</param>
/// <param name="Message">What was expected and what was found.</param>
public sealed record ScanFinding(string Rule, ScanSeverity Severity, string Where, string Message);
