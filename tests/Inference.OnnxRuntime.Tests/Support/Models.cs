using Inference.Conformance.Models;
using Inference.Onnx;

namespace Inference.OnnxRuntime.Tests.Support;

/// <summary>Small models for these tests.</summary>
internal static class Models
{
    /// <summary>y = x + 1, x float [n, 2].</summary>
    public static byte[] AddOne { get; } = new ModelWriter("add_one")
        .Input("x", ElementType.Float32, "n", 2).Output("y", ElementType.Float32, "n", 2)
        .Constant<float>("one", [1f], 1).Node("Add", "x one", "y").ToModel().ToArray();

    /// <summary>Matrix products without end: only a termination stops it.</summary>
    public static byte[] Endless { get; } = EndlessLoop();

    public static byte[] NonZero { get; } = Bytes(ConformanceModels.All.Single(static model => model.Name == "nonzero"));

    public static byte[] Bytes(ConformanceModel model)
    {
        var bytes = new System.Buffers.ArrayBufferWriter<byte>();
        model.Graph.WriteModel(bytes);
        return bytes.WrittenSpan.ToArray();
    }

    private static byte[] EndlessLoop()
    {
        var body = new OnnxGraph { Name = "body" };
        body.Inputs.Add(new OnnxValueInfo("i", OnnxType.Tensor(OnnxElementType.Int64, new OnnxShape())));
        body.Inputs.Add(new OnnxValueInfo("go", OnnxType.Tensor(OnnxElementType.Bool, new OnnxShape())));
        body.Inputs.Add(new OnnxValueInfo("state", OnnxType.Tensor(OnnxElementType.Float32, 32, 32)));
        body.Outputs.Add(new OnnxValueInfo("go_on", OnnxType.Tensor(OnnxElementType.Bool, new OnnxShape())));
        body.Outputs.Add(new OnnxValueInfo("next", OnnxType.Tensor(OnnxElementType.Float32, 32, 32)));
        body.Nodes.Add(new OnnxNode("Identity", ["go"], ["go_on"], name: "keep"));
        body.Nodes.Add(new OnnxNode("MatMul", ["state", "state"], ["product"], name: "product"));
        body.Nodes.Add(new OnnxNode("Softmax", ["product"], ["next"], name: "softmax"));
        return new ModelWriter("endless").Input("x", ElementType.Float32, 32, 32).Output("y", ElementType.Float32, 32, 32)
            .Constant<long>("trips", [long.MaxValue]).Constant<bool>("true", [true])
            .Node("Loop", "trips true x", "y", OnnxAttribute.FromGraph("body", body)).ToModel().ToArray();
    }

    /// <summary>Maps and a sequence of them: ZipMap of float [n, 2].</summary>
    public static byte[] ZipMap(bool strings)
    {
        var model = new ModelWriter("zipmap").Input("x", ElementType.Float32, "n", 2)
            .Output("y", OnnxType.Sequence(OnnxType.Map(strings ? OnnxElementType.String : OnnxElementType.Int64, OnnxType.Tensor(OnnxElementType.Float32))))
            .ToModel();
        var node = new OnnxNode("ZipMap", ["x"], ["y"], "ai.onnx.ml", "zip");
        node.SetAttribute(strings ? OnnxAttribute.FromStrings("classlabels_strings", "no", "yes") : OnnxAttribute.FromInts("classlabels_int64s", 10, 20));
        model.Graph.Nodes.Add(node);
        model.OperatorSets.Add(new OnnxOperatorSet("ai.onnx.ml", 1));
        return model.ToArray();
    }
}
