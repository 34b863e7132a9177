using Inference.AspNetCore.Protocol;

namespace Inference.AspNetCore.Models;

/// <summary>A model's metadata. The properties are those that a client needs to batch and cache: the digest, whether rows are independent, whether equal inputs give equal outputs, whether the model keeps states between the calls of a sequence, and the numeric aliases of versions.</summary>
internal sealed record ModelDescription(string Name, IReadOnlyList<string> Versions, string Platform, IReadOnlyList<TensorDescription> Inputs, IReadOnlyList<TensorDescription> Outputs, IReadOnlyList<KeyValuePair<string, string>> Properties)
{
    public static ModelDescription Of(ServedModel model, IModelRunner runner)
    {
        ModelInfo info = RunnerQuestions.InfoOf(runner);
        IReadOnlyList<string> versions = model.Versions();
        string aliases = VersionAlias.Describe(versions);
        return new ModelDescription(model.Name, versions, "inference_onnx", [.. info.Inputs.Select(Describe)], [.. info.Outputs.Select(Describe)],
        [
            new("digest", info.Digest),
            new("row_independent", info.RowIndependent ? "true" : "false"),
            new("deterministic", info.Deterministic ? "true" : "false"),
            new("sequences", RunnerQuestions.ServiceOf<ISequences>(runner) is not null ? "true" : "false"),
            .. aliases.Length > 0 ? (ReadOnlySpan<KeyValuePair<string, string>>)[new("version_aliases", aliases)] : [],
        ]);
    }

    private static TensorDescription Describe(ModelPort port) => new(
        port.Name,
        (port.Type.Kind == ModelValueKind.Tensor ? Datatypes.Name(port.Type.ElementType) : null) ?? port.Type.ToString(),
        port.Type.Kind != ModelValueKind.Tensor ? [] : port.Type.Shape is { } shape ? [.. shape.Select(dimension => dimension.Size ?? -1)] : [-1]);
}
