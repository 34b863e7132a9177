namespace Inference.Monitoring;

/// <summary>A change of the state of a monitored model. Immutable.</summary>
public sealed record MonitoringAlert
{
    /// <summary>The state after the change, with the columns.</summary>
    public required MonitoringSnapshot Snapshot { get; init; }

    /// <summary>The state before.</summary>
    public required MonitoringState Previous { get; init; }

    /// <summary>When it was found.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>One line for people.</summary>
    public required string Title { get; init; }
}
