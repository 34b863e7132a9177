namespace Inference.Validation;

/// <summary>What happens to rows that violate a rule.</summary>
public enum ValidationAction
{
    /// <summary>The call fails with <see cref="InvalidInputException"/>, which names the first row; the model does not run.</summary>
    Reject,
    /// <summary>The model runs on a copy in which the values are replaced by the nearest bound or by the rule's replacement. The rows are flagged.</summary>
    Clamp,
    /// <summary>The model runs on the original values; the rows are flagged in <see cref="RunRecord.Flags"/> and counted.</summary>
    Flag,
}
