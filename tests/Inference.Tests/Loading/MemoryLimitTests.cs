using Inference.Onnx;
using Inference.Tests.Support;

namespace Inference.Tests.Loading;

public class MemoryLimitTests
{
    [Fact]
    public void Run_ValueBeyondMaxMemoryBytes_ThrowsAndTheNextRunWorks()
    {
        OnnxModel file = SmallModels.Model(13);
        file.Graph.Inputs.Add(new("shape", OnnxType.Tensor(OnnxElementType.Int64, 1)));
        file.Graph.Outputs.Add(new("y", OnnxType.Tensor(OnnxElementType.Float32, "n")));
        file.Graph.Nodes.Add(new("ConstantOfShape", ["shape"], ["y"]));
        using IModelRunner runner = ModelLoader.Default.Load(ModelSource.Bytes(file.ToArray()), new ModelLoadOptions { MaxMemoryBytes = 1 << 20 });
        using (var small = new NamedValues { ["shape"] = TensorValue.Copy([8L], [1]) })
        {
            using NamedValues before = runner.Run(small);
            using var large = new NamedValues { ["shape"] = TensorValue.Copy([1L << 40], [1]) };
            Assert.ThrowsAny<InferenceException>(() => runner.Run(large));
            using NamedValues after = runner.Run(small);
            Assert.Equal(8, after["y"].Shape[0]);
        }
    }
}
