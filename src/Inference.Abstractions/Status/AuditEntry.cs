namespace Inference.Status;

/// <summary>An entry of the audit log.</summary>
public sealed class AuditEntry
{
    /// <summary>The time of the decision, UTC.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The action: <c>default</c>, <c>canary</c>, <c>promote</c>, <c>rollback</c>, <c>label</c> or <c>refused</c>.</summary>
    public required string Action { get; init; }

    /// <summary>The version concerned.</summary>
    public required string Version { get; init; }

    /// <summary>The previous version, if there was one.</summary>
    public string? From { get; init; }

    /// <summary>Who decided: <c>operator</c>, <c>policy</c> or <c>sequential test</c>.</summary>
    public required string By { get; init; }

    /// <summary>The reason for the decision.</summary>
    public required string Reason { get; init; }
}
