namespace Inference.Monitoring;

/// <summary>What is kept of a column's values.</summary>
public enum FeedbackRedaction
{
    /// <summary>The value.</summary>
    None,

    /// <summary>A keyed hash of 16 hexadecimal digits: equal values can be told, the value cannot.</summary>
    Hash,

    /// <summary>The number rounded to a multiple of <see cref="FeedbackColumnOptions.Step"/>; a text is missing.</summary>
    Round,
}
