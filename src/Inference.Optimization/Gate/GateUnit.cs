using System.Text.Json.Serialization;

namespace Inference.Optimization.Gate;

/// <summary>Specifies the unit of a rule's figure and bound.</summary>
public enum GateUnit
{
    /// <summary>There is no figure.</summary>
    [JsonStringEnumMemberName("none")]
    None,

    /// <summary>A share: 0.01 is one percentage point, or of an unbounded metric 1 % of the baseline's value.</summary>
    [JsonStringEnumMemberName("share")]
    Share,

    /// <summary>The candidate's value ÷ the baseline's.</summary>
    [JsonStringEnumMemberName("ratio")]
    Ratio,

    /// <summary>Bytes.</summary>
    [JsonStringEnumMemberName("bytes")]
    Bytes,

    /// <summary>A number of things: findings, rows, cases.</summary>
    [JsonStringEnumMemberName("count")]
    Count,
}
