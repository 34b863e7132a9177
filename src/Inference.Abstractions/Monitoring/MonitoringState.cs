namespace Inference.Monitoring;

/// <summary>The state of a monitored model or column, in ascending order of severity.</summary>
public enum MonitoringState
{
    /// <summary>Nothing can be said: there is no usable profile.</summary>
    Unavailable,

    /// <summary>A profile is being learned, or too few rows were seen for a judgement.</summary>
    Learning,

    /// <summary>No change was found.</summary>
    Healthy,

    /// <summary>There is evidence of a change, less than the alarm asks for.</summary>
    Warning,

    /// <summary>A change was found.</summary>
    Alarm,
}
