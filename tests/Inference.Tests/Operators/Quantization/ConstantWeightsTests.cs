using System.Numerics;
using Inference.Onnx;
using Inference.Tests.Support;
using static Inference.Tests.Operators.OperatorHarness;

namespace Inference.Tests.Operators.Quantization;

/// <summary>Integer operators take another way where weights are constant; the harness holds the prepared kernel to the plain one.</summary>
public sealed class ConstantWeightsTests
{
    private const string Microsoft = "com.microsoft";
    private const int M = 5;
    private const int K = 19;
    private const int N = 21;

    [Theory]
    [InlineData(1, true)]
    [InlineData(N, true)]
    [InlineData(1, false)]
    [InlineData(N, false)]
    public void QLinearMatMul_ConstantB_EqualsComputedB(int columns, bool signedB)
    {
        Tensor b = signedB ? Bytes<sbyte>(2, K, N) : Bytes<byte>(2, K, N);
        Tensor zeros = signedB ? Zeros<sbyte>(columns, 3) : Zeros<byte>(columns, 120);
        Tensor y = (Tensor)RunAll("QLinearMatMul", [Bytes<byte>(1, M, K), S(0.02f), S((byte)120), b, Numbers(3, columns), zeros, S(5f), S((byte)117)])[0]!;
        Assert.True(y.Span<byte>().ToArray().Distinct().Count() > 10);
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void QGemm_ConstantB_EqualsComputedB(bool transposed, bool quantized)
    {
        Tensor b = transposed ? Bytes<sbyte>(2, N, K) : Bytes<sbyte>(2, K, N);
        Tensor bias = T([.. Enumerable.Range(0, N).Select(j => (j * 37) - 300)], N);
        EngineValue?[] inputs = [Bytes<sbyte>(1, M, K), S(0.02f), S((sbyte)7), b, Numbers(3, N), Zeros<sbyte>(1, 2), bias, .. quantized ? (EngineValue?[])[S(5f), S((sbyte)3)] : []];
        Tensor y = (Tensor)RunAll("QGemm", inputs, [("alpha", 1.25f), ("transB", transposed ? 1L : 0L)], 1, 1, Microsoft)[0]!;
        Assert.Equal(quantized ? ElementType.Int8 : ElementType.Float32, y.Type);
    }

    [Fact]
    public void MatMulIntegerToFloat_ConstantB_EqualsComputedB() =>
        RunAll("MatMulIntegerToFloat", [Bytes<sbyte>(1, M, K), Bytes<sbyte>(2, K, N), S(0.02f), Numbers(3, N), S((sbyte)9), Zeros<sbyte>(N, -4), Numbers(4, N)], null, 1, 1, Microsoft);

    [Theory]
    [InlineData(1)]
    [InlineData(N)]
    public void DynamicQuantizeMatMul_ConstantB_EqualsComputedB(int columns) =>
        RunAll("DynamicQuantizeMatMul", [Numbers(1, M, K), Bytes<byte>(2, K, N), Numbers(3, columns), Zeros<byte>(columns, 120), Numbers(4, N)], null, 1, 1, Microsoft);

    [Theory]
    [InlineData(1, 1, false)]
    [InlineData(2, 2, true)]
    [InlineData(4, 1, true)]
    public void ConvInteger_ConstantW_EqualsComputedW(int groups, int stride, bool zeroPoints)
    {
        EngineValue?[] inputs = [Bytes<byte>(1, 2, 4, 7, 6), Bytes<sbyte>(2, 8, 4 / groups, 3, 3), S((byte)130), .. zeroPoints ? (EngineValue?[])[Zeros<sbyte>(8, -3)] : []];
        RunAll("ConvInteger", inputs, [("group", (long)groups), ("strides", (long[])[stride, stride]), ("pads", (long[])[1, 0, 1, 2])]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(24)]
    public void QAttention_ConstantWeights_EqualsComputedWeights(int columns) => RunAll(
        "QAttention", [Bytes<byte>(1, 2, 3, 8), Bytes<sbyte>(2, 8, 24), Numbers(3, 24), S(0.02f), Numbers(4, columns), null, S((byte)121), Zeros<sbyte>(columns, -4)],
        [("num_heads", 2L)], 1, 1, Microsoft);

    [Fact]
    public void MatMulInteger_WeightsSharedByTwoNodes_KeepsTheirZeroPointsApart()
    {
        OnnxModel model = SmallModels.Model(13);
        model.Graph.Inputs.Add(new("x", OnnxType.Tensor(OnnxElementType.UInt8, 1, 2)));
        model.Graph.Initializers.Add(OnnxTensor.Create<sbyte>("b", [1, 2, 3, 4], 2, 2));
        model.Graph.Initializers.Add(OnnxTensor.Create<byte>("za", [0]));
        model.Graph.Initializers.Add(OnnxTensor.Create<sbyte>("z1", [1], 1));
        model.Graph.Initializers.Add(OnnxTensor.Create<sbyte>("z2", [3], 1));
        model.Graph.Nodes.Add(new("MatMulInteger", ["x", "b", "za", "z1"], ["y1"]));
        model.Graph.Nodes.Add(new("MatMulInteger", ["x", "b", "za", "z2"], ["y2"]));
        model.Graph.Outputs.Add(new("y1", OnnxType.Tensor(OnnxElementType.Int32, 1, 2)));
        model.Graph.Outputs.Add(new("y2", OnnxType.Tensor(OnnxElementType.Int32, 1, 2)));
        using IModelRunner runner = ModelRunner.Load(ModelSource.Bytes(model.ToArray()));
        using var inputs = new NamedValues { ["x"] = TensorValue.Copy<byte>([1, 2], [1, 2]) };
        using NamedValues outputs = runner.Run(inputs);
        Assert.Equal([4, 7], outputs["y1"].AsSpan<int>().ToArray());
        Assert.Equal([-2, 1], outputs["y2"].AsSpan<int>().ToArray());
    }

    private static Tensor Bytes<TElement>(int seed, params long[] dims)
        where TElement : unmanaged
    {
        Tensor tensor = Tensor.Allocate(ElementTypes.Of<TElement>(), dims);
        new Random(seed).NextBytes(tensor.Bytes);
        return tensor;
    }

    private static Tensor Zeros<TElement>(int count, int first)
        where TElement : unmanaged, INumber<TElement> => T([.. Enumerable.Range(first, count).Select(TElement.CreateChecked)]);

    private static Tensor Numbers(int seed, params long[] dims)
    {
        var random = new Random(seed);
        return T([.. Enumerable.Range(0, (int)dims.Aggregate(1L, (a, b) => a * b)).Select(_ => random.NextSingle())], dims);
    }
}
