using Inference.Diagnostics;
using Inference.Onnx;
using Inference.Tests.Support;

namespace Inference.Tests.Diagnostics;

public class ModelInspectorTests
{
    [Fact]
    public void Inspect_DenseModel_CountsAndInfers()
    {
        ModelDescription model = ModelInspector.Inspect(ModelSource.Bytes(SmallModels.Dense()));
        Assert.Equal(13, model.Opsets["ai.onnx"]);
        Assert.Equal(8, model.Parameters);
        Assert.Equal(32, model.ParameterBytes);
        Assert.Equal(["Add", "MatMul", "Relu"], model.Operators.Select(o => o.Name).Order());
        Assert.Empty(model.Unsupported);
        Assert.Equal("float32[batch,2]", model.Outputs[0].Type.ToString());
    }

    [Fact]
    public void Inspect_UnknownOperator_IsListedAndNotThrown()
    {
        OnnxModel file = SmallModels.Node("NoSuchOperator", 13, [new("x", OnnxType.Tensor(OnnxElementType.Float32, 2))], OnnxType.Tensor(OnnxElementType.Float32, 2));
        ModelDescription model = ModelInspector.Inspect(ModelSource.Bytes(file.ToArray()));
        Assert.Contains("NoSuchOperator", Assert.Single(model.Unsupported), StringComparison.Ordinal);
    }

    [Fact]
    public void Inspect_OutputShapeNotStated_IsInferred()
    {
        OnnxModel file = SmallModels.Model(13);
        file.Graph.Inputs.Add(new("x", OnnxType.Tensor(OnnxElementType.Float32, "n", 3, 4)));
        file.Graph.Outputs.Add(new("y", OnnxType.Tensor(OnnxElementType.Float32)));
        file.Graph.Initializers.Add(OnnxTensor.Create<long>("shape", [0L, -1L], 2));
        file.Graph.Nodes.Add(new("Reshape", ["x", "shape"], ["y"]));
        Assert.Equal("float32[n,12]", ModelInspector.Inspect(ModelSource.Bytes(file.ToArray())).Outputs[0].Type.ToString());
    }
}
