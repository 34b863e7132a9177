using Inference.Onnx;

namespace Inference.Tests.Operators;

/// <summary>Cases that a comparison with ONNX Runtime found.</summary>
public class DifferentialRegressionTests
{
    [Fact]
    public void Regression_ClipWithoutBounds_ClampsInfinityToTheLargestNumber()
    {
        var model = Model(13, new OnnxNode("Clip", ["x"], ["y"]), ["x"]);
        Assert.Equal([float.MaxValue, float.MinValue, 1f], Run(model, ("x", [float.PositiveInfinity, float.NegativeInfinity, 1f], [3])));
    }

    [Fact]
    public void Regression_SliceBackwardFromBeforeTheAxis_StartsAtItsFirstElement()
    {
        var model = Model(13, new OnnxNode("Slice", ["x", "starts", "ends", "axes", "steps"], ["y"]), ["x"]);
        model.Graph.Initializers.AddRange([
            OnnxTensor.Create<long>("starts", [-8], 1), OnnxTensor.Create<long>("ends", [long.MinValue], 1), OnnxTensor.Create<long>("axes", [0], 1), OnnxTensor.Create<long>("steps", [-2], 1),
        ]);
        Assert.Equal([10f], Run(model, ("x", [10f, 11f, 12f], [3])));
    }

    [Fact]
    public void Regression_GemmWithFreeBiasBesideOneColumn_Loads()
    {
        var model = Model(13, new OnnxNode("Gemm", ["x", "w", "c"], ["y"]), ["x", "c"], rank: 2);
        model.Graph.Initializers.Add(OnnxTensor.Create<float>("w", [2f, 3f], 2, 1));
        Assert.Equal([15f], Run(model, ("x", [1f, 4f], [1, 2]), ("c", [1f], [1, 1])));
    }

    private static OnnxModel Model(long opset, OnnxNode node, string[] inputs, int rank = 1)
    {
        var model = new OnnxModel { IrVersion = 8, OperatorSets = { new OnnxOperatorSet("", opset) } };
        model.Graph.Nodes.Add(node);
        foreach (string name in inputs)
        {
            model.Graph.Inputs.Add(new OnnxValueInfo(name, OnnxType.Tensor(OnnxElementType.Float32, [.. Enumerable.Range(0, rank).Select(i => OnnxDimension.Of($"{name}_{i}"))])));
        }

        model.Graph.Outputs.Add(new OnnxValueInfo("y", OnnxType.Tensor(OnnxElementType.Float32)));
        return model;
    }

    private static float[] Run(OnnxModel model, params (string Name, float[] Values, long[] Shape)[] inputs)
    {
        using IModelRunner runner = ModelRunner.Load(ModelSource.Bytes(model.ToArray()));
        using var values = new NamedValues();
        foreach ((string name, float[] data, long[] shape) in inputs)
        {
            values.Add(name, TensorValue.Copy(data, shape));
        }

        using NamedValues outputs = runner.Run(values);
        return outputs["y"].AsSpan<float>().ToArray();
    }
}
