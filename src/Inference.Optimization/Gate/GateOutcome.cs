using System.Text.Json.Serialization;

namespace Inference.Optimization.Gate;

/// <summary>Specifies what a rule says of a candidate.</summary>
public enum GateOutcome
{
    /// <summary>The rule is met.</summary>
    [JsonStringEnumMemberName("passed")]
    Passed,

    /// <summary>The rule is not met.</summary>
    [JsonStringEnumMemberName("refused")]
    Refused,

    /// <summary>There was nothing to judge by: too few rows, no baseline, or no bound.</summary>
    [JsonStringEnumMemberName("not judged")]
    NotJudged,
}
