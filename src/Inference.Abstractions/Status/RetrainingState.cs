namespace Inference.Status;

/// <summary>What a model's retraining does.</summary>
public enum RetrainingState
{
    /// <summary>There is no reason for a new model.</summary>
    Idle,

    /// <summary>Drift proposes a new model; performance has not confirmed it.</summary>
    Proposed,

    /// <summary>There is a reason; labels are too few, or the cool-down has not passed.</summary>
    Waiting,

    /// <summary>A bundle is written, or what was asked to train runs.</summary>
    Running,
}
