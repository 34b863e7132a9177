namespace Inference.Evaluation.Verdicts;

/// <summary>What is said of a drop and its budget.</summary>
public enum VerdictOutcome
{
    /// <summary>The upper end of the drop's interval is within the budget.</summary>
    Met,

    /// <summary>The drop itself is beyond the budget.</summary>
    NotMet,

    /// <summary>The drop is within the budget, the upper end of its interval is not: more rows are needed.</summary>
    Inconclusive,

    /// <summary>There are too few rows, the metric is not defined on them, or there is no budget.</summary>
    NotJudged,
}
