namespace Inference.Monitoring;

/// <summary>What confirms that drift matters.</summary>
public enum RetrainingConfirmation
{
    /// <summary>Performance that is estimated without labels, or computed from labels, whichever is worse first.</summary>
    Either,

    /// <summary>Performance that is estimated without labels.</summary>
    Estimated,

    /// <summary>Performance computed from labels.</summary>
    Realized,

    /// <summary>Nothing is needed: drift alone is a reason.</summary>
    None,
}
