namespace Inference.Evaluation.Verdicts;

/// <summary>Specifies the outcome of comparing a drop with its budget.</summary>
public enum VerdictOutcome
{
    /// <summary>There are too few rows, the metric is undefined on them, or there is no budget.</summary>
    NotJudged,

    /// <summary>The upper end of the drop's interval is within the budget.</summary>
    Met,

    /// <summary>The drop itself exceeds the budget.</summary>
    NotMet,

    /// <summary>The drop is within the budget, but the upper end of its interval is not: more rows are needed.</summary>
    Inconclusive,
}
