using Inference.Onnx;

namespace Inference.Generators.Tests;

/// <summary>Models that have a signature and no nodes.</summary>
internal static class Models
{
    public static OnnxModel Of(IEnumerable<(string Name, OnnxType? Type)> inputs, IEnumerable<(string Name, OnnxType? Type)> outputs)
    {
        var model = new OnnxModel { IrVersion = 8 };
        model.Graph.Inputs.AddRange(inputs.Select(p => new OnnxValueInfo(p.Name, p.Type)));
        model.Graph.Outputs.AddRange(outputs.Select(p => new OnnxValueInfo(p.Name, p.Type)));
        return model;
    }

    public static OnnxModel Ranker() => Of([("features", Float("N", 64))], [("score", Float("N"))]);

    public static OnnxType Float(params ReadOnlySpan<OnnxDimension> shape) => OnnxType.Tensor(OnnxElementType.Float32, new OnnxShape(shape));
}
