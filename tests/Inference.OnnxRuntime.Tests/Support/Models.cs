using Inference.Conformance.Models;
using Inference.Onnx;

namespace Inference.OnnxRuntime.Tests.Support;

/// <summary>Small models for these tests.</summary>
internal static class Models
{
    /// <summary>y = x + 1, x float [n, 2].</summary>
    public static byte[] AddOne { get; } = new ModelWriter("add_one")
        .Input("x", ElementType.Float, "n", 2).Output("y", ElementType.Float, "n", 2)
        .Constant<float>("one", [1f], 1).Node("Add", "x one", "y").ToModel().ToArray();

    /// <summary>Seconds of matrix products.</summary>
    public static byte[] Long { get; } = Bytes(ConformanceModels.LongProducts);

    public static byte[] NonZero { get; } = Bytes(ConformanceModels.All.Single(static model => model.Name == "nonzero"));

    public static byte[] Bytes(ConformanceModel model)
    {
        var bytes = new System.Buffers.ArrayBufferWriter<byte>();
        model.Graph.WriteModel(bytes);
        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>Maps and a sequence of them: ZipMap of float [n, 2].</summary>
    public static byte[] ZipMap(bool strings)
    {
        var model = new ModelWriter("zipmap").Input("x", ElementType.Float, "n", 2)
            .Output("y", OnnxType.Sequence(OnnxType.Map(strings ? OnnxElementType.String : OnnxElementType.Int64, OnnxType.Tensor(OnnxElementType.Float32))))
            .ToModel();
        var node = new OnnxNode("ZipMap", ["x"], ["y"], "ai.onnx.ml", "zip");
        node.SetAttribute(strings ? OnnxAttribute.FromStrings("classlabels_strings", "no", "yes") : OnnxAttribute.FromInts("classlabels_int64s", 10, 20));
        model.Graph.Nodes.Add(node);
        model.OperatorSets.Add(new OnnxOperatorSet("ai.onnx.ml", 1));
        return model.ToArray();
    }
}
