using Inference.AspNetCore.Protocol;

namespace Inference.AspNetCore.Models;

/// <summary>A model's metadata.</summary>
internal sealed record ModelDescription(string Name, IReadOnlyList<string> Versions, string Platform, IReadOnlyList<TensorDescription> Inputs, IReadOnlyList<TensorDescription> Outputs)
{
    public static ModelDescription Of(ServedModel model, IModelRunner runner)
    {
        ModelInfo info = runner.Info;
        return new ModelDescription(model.Name, model.Versions(), "inference_onnx", [.. info.Inputs.Select(Describe)], [.. info.Outputs.Select(Describe)]);
    }

    private static TensorDescription Describe(ModelPort port) => new(
        port.Name,
        (port.Type.Kind == ModelValueKind.Tensor ? Datatypes.Name(port.Type.ElementType) : null) ?? port.Type.ToString(),
        port.Type.Kind != ModelValueKind.Tensor ? [] : port.Type.Shape is { } shape ? [.. shape.Select(dimension => dimension.Size ?? -1)] : [-1]);
}
