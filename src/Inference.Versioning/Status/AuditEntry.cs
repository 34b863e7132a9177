namespace Inference.Versioning;

/// <summary>One line of the audit log.</summary>
/// <param name="At">When, UTC.</param>
/// <param name="Action"><c>default</c>, <c>canary</c>, <c>promote</c>, <c>rollback</c>, <c>label</c> or <c>refused</c>.</param>
/// <param name="Version">The version it was about.</param>
/// <param name="From">The version before, where there was one.</param>
/// <param name="By">Who decided: <c>operator</c>, <c>policy</c> or <c>sequential test</c>.</param>
/// <param name="Reason">Why.</param>
public sealed record AuditEntry(DateTimeOffset At, string Action, string Version, string? From, string By, string Reason);
