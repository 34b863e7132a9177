using Inference.AspNetCore.Protocol;

namespace Inference.AspNetCore.Models;

/// <summary>A model's metadata. The properties are those that a client needs to batch and cache: the digest, whether rows are independent, whether equal inputs give equal outputs.</summary>
internal sealed record ModelDescription(string Name, IReadOnlyList<string> Versions, string Platform, IReadOnlyList<TensorDescription> Inputs, IReadOnlyList<TensorDescription> Outputs, IReadOnlyList<KeyValuePair<string, string>> Properties)
{
    public static ModelDescription Of(ServedModel model, IModelRunner runner)
    {
        ModelInfo info = RunnerQuestions.InfoOf(runner);
        return new ModelDescription(model.Name, model.Versions(), "inference_onnx", [.. info.Inputs.Select(Describe)], [.. info.Outputs.Select(Describe)],
        [
            new("digest", info.Digest),
            new("row_independent", info.RowIndependent ? "true" : "false"),
            new("deterministic", info.Deterministic ? "true" : "false"),
        ]);
    }

    private static TensorDescription Describe(ModelPort port) => new(
        port.Name,
        (port.Type.Kind == ModelValueKind.Tensor ? Datatypes.Name(port.Type.ElementType) : null) ?? port.Type.ToString(),
        port.Type.Kind != ModelValueKind.Tensor ? [] : port.Type.Shape is { } shape ? [.. shape.Select(dimension => dimension.Size ?? -1)] : [-1]);
}
