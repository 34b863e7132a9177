namespace Inference.Status;

/// <summary>The outcomes of both arms of a trial, and the evidence in them.</summary>
public sealed record OutcomeTrialStatus
{
    /// <summary>The trial.</summary>
    public required string Trial { get; init; }

    /// <summary>The name of the outcome that is judged.</summary>
    public required string Outcome { get; init; }

    /// <summary>Outcomes of the version on trial that are judged.</summary>
    public long Treatment { get; init; }

    /// <summary>Their mean, in the outcome's unit; NaN without any.</summary>
    public double TreatmentMean { get; init; } = double.NaN;

    /// <summary>Outcomes of the version it is compared with that are judged.</summary>
    public long Control { get; init; }

    /// <summary>Their mean; NaN without any.</summary>
    public double ControlMean { get; init; } = double.NaN;

    /// <summary>Outcomes that are not judged yet, because most of the labels of predictions of the same age are still to come.</summary>
    public long Waiting { get; init; }

    /// <summary>The stages so far: a change of the share, or of the version compared with, begins a new one.</summary>
    public int Stages { get; init; }

    /// <summary>ln of the e-value of "the outcomes of the version on trial are no worse"; 0 without outcomes. Valid at every evaluation.</summary>
    public double LogEvidence { get; init; }

    /// <summary>The lower end of the interval of the difference of the means, treatment − control, in the outcome's unit; valid at every evaluation, at 95 %.</summary>
    public double Low { get; init; } = double.NegativeInfinity;

    /// <summary>The upper end.</summary>
    public double High { get; init; } = double.PositiveInfinity;

    /// <summary>ln of the evidence that outcomes do not come from both arms in the shares of their calls.</summary>
    public double SampleRatioLogEvidence { get; init; }

    /// <summary>Whether outcomes do not come from both arms in the shares of their calls: the comparison is then not to be trusted.</summary>
    public bool SampleRatioMismatch { get; init; }
}
