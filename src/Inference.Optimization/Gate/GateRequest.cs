using Inference.Data;
using Inference.Onnx;

namespace Inference.Optimization.Gate;

/// <summary>What a gate judges. The models and rows remain the caller's.</summary>
public sealed class GateRequest
{
    /// <summary>The model to be released.</summary>
    public required OnnxModel Candidate { get; init; }

    /// <summary>The candidate's name, for people.</summary>
    public string CandidateName { get; init; } = "candidate";

    /// <summary>The model it would replace; null, the default: rules that compare are not judged.</summary>
    public OnnxModel? Baseline { get; init; }

    /// <summary>The baseline's name, for people.</summary>
    public string BaselineName { get; init; } = "baseline";

    /// <summary>The labelled rows, which neither model was trained on.</summary>
    public required IDataSource Data { get; init; }

    /// <summary>The rules and bounds.</summary>
    public GateOptions Options { get; init; } = new();

    /// <summary>What rules from outside say of the candidate, such as its signature; they are part of the verdict.</summary>
    public IReadOnlyList<GateRule> OtherRules { get; init; } = [];
}
