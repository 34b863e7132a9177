using Inference.Onnx;
using Inference.Tests.Support;

namespace Inference.Tests.Loading;

/// <summary>The bits behind the last element of a packed tensor.</summary>
public class PackedPaddingTests
{
    [Theory]
    [InlineData(ElementType.UInt4, 3, 0x0F)]
    [InlineData(ElementType.Int4, 3, 0x0F)]
    [InlineData(ElementType.Float4E2M1, 3, 0x0F)]
    [InlineData(ElementType.UInt2, 5, 0x03)]
    [InlineData(ElementType.Int2, 7, 0x3F)]
    public void Run_PackedOutput_HasZerosBehindTheLastElement(ElementType type, int count, byte used)
    {
        OnnxModel model = SmallModels.Node(
            "Cast",
            25,
            [new("x", OnnxType.Tensor(OnnxElementType.Float32, count))],
            OnnxType.Tensor((OnnxElementType)(int)type, count),
            OnnxAttribute.FromInt("to", (long)type));
        using IModelRunner runner = ModelRunner.Load(ModelSource.Bytes(model.ToArray()));
        using TensorValue x = TensorValue.Copy<float>(new float[count], [count]);
        for (int i = 0; i < 3; i++)
        {
            Soil();
            using NamedValues y = runner.Run(new NamedValues { ["x"] = x });
            Assert.Equal(0, ((TensorValue)y["y"]).PackedBytes[^1] & ~used);
        }
    }

    // What a later output of the same size is computed in.
    private static void Soil()
    {
        using TensorValue dirty = TensorValue.Allocate(ElementType.UInt8, [2]);
        dirty.AsWritableBytes().Fill(0xFF);
    }
}
