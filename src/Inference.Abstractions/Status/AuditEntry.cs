namespace Inference.Status;

/// <summary>One line of the audit log.</summary>
public sealed class AuditEntry
{
    /// <summary>When, UTC.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary><c>default</c>, <c>canary</c>, <c>promote</c>, <c>rollback</c>, <c>label</c> or <c>refused</c>.</summary>
    public required string Action { get; init; }

    /// <summary>The version it was about.</summary>
    public required string Version { get; init; }

    /// <summary>The version before, where there was one.</summary>
    public string? From { get; init; }

    /// <summary>Who decided: <c>operator</c>, <c>policy</c> or <c>sequential test</c>.</summary>
    public required string By { get; init; }

    /// <summary>Why.</summary>
    public required string Reason { get; init; }
}
