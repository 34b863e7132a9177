namespace Inference.Monitoring;

/// <summary>How the outcomes of a treatment compare with those of a control.</summary>
public enum OutcomeVerdict
{
    /// <summary>The interval of the difference contains 0: either is possible.</summary>
    Undecided,

    /// <summary>The treatment's outcomes are better.</summary>
    Better,

    /// <summary>The treatment's outcomes are worse.</summary>
    Worse,
}
