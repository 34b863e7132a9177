namespace Inference.Monitoring;

/// <summary>What of a report is judged.</summary>
public enum OutcomeMeasure
{
    /// <summary>The reported number itself, such as 1 for a sale.</summary>
    Value,

    /// <summary>(score − label)², for scores and labels from 0 to 1: the Brier score. Lower is better.</summary>
    SquaredError,

    /// <summary>|score − label|. Lower is better.</summary>
    AbsoluteError,

    /// <summary>1 if the label is not what the score predicts (1 from <see cref="OutcomeOptions.Threshold"/> on, otherwise 0), otherwise 0. Lower is better.</summary>
    Mistake,
}
