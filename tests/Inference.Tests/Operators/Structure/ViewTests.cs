using static Inference.Tests.Operators.OperatorHarness;

namespace Inference.Tests.Operators.Structure;

public sealed class ViewTests
{
    public static TheoryData<long[], long[], bool, long[]> Reshapes => new()
    {
        { [2, 3, 4], [4, -1], false, [4, 6] },
        { [2, 3, 4], [0, -1], false, [2, 12] },
        { [2, 3, 4], [-1], false, [24] },
        { [0, 3], [3, 0], true, [3, 0] },
        { [6], [2, 3], false, [2, 3] },
    };

    [Theory]
    [MemberData(nameof(Reshapes))]
    public void Reshape_KeepsElements_UnderTheNewShape(long[] from, long[] shape, bool allowZero, long[] expected)
    {
        Tensor y = Run("Reshape", [Floats(from), T(shape)], ("allowzero", allowZero ? 1L : 0L));
        Assert.Equal(expected, y.Dims.ToArray());
        Assert.Equal(Floats(from).Span<float>().ToArray(), y.Span<float>().ToArray());
    }

    [Fact]
    public void Reshape_OfOtherCount_NamesBothShapes()
    {
        var error = Assert.Throws<ModelLoadException>(() => Run("Reshape", [Floats(2, 3), T<long>([4])]));
        Assert.EndsWith("expected a shape with as many elements as [2,3], got [4].", error.Message);
    }

    [Fact]
    public void Reshape_ToSymbolicShape_KeepsTheSymbol()
    {
        ModelValueType? y = Infer("Flatten", [ModelValueType.Tensor(ElementType.Float32, [Dimension.Named("N"), Dimension.Fixed(3), Dimension.Fixed(4)])])[0];
        Assert.Equal([Dimension.Named("N"), Dimension.Fixed(12)], y!.Shape!);
    }

    [Theory]
    [InlineData(0, new long[] { 1, 24 })]
    [InlineData(1, new long[] { 2, 12 })]
    [InlineData(3, new long[] { 24, 1 })]
    [InlineData(-1, new long[] { 6, 4 })]
    public void Flatten_SplitsAtTheAxis(long axis, long[] expected) =>
        Assert.Equal(expected, Run("Flatten", [Floats(2, 3, 4)], ("axis", axis)).Dims.ToArray());

    [Fact]
    public void Squeeze_RemovesGivenAxes_AttributeAndInput()
    {
        Assert.Equal([3L, 1], Run("Squeeze", [Floats(1, 3, 1), T<long>([0])]).Dims.ToArray());
        Assert.Equal([3L], Run("Squeeze", [Floats(1, 3, 1)]).Dims.ToArray());
        Assert.Equal([1L, 3], Run(11, "Squeeze", [Floats(1, 3, 1)], ("axes", new long[] { -1 })).Dims.ToArray());
        Assert.Throws<ModelLoadException>(() => Run("Squeeze", [Floats(1, 3), T<long>([1])]));
    }

    [Fact]
    public void Unsqueeze_InsertsAxes_InOutputPositions()
    {
        Assert.Equal([1L, 2, 3, 1], Run("Unsqueeze", [Floats(2, 3), T<long>([-1, 0])]).Dims.ToArray());
        Assert.Throws<ModelLoadException>(() => Run("Unsqueeze", [Floats(2), T<long>([0, 0])]));
    }

    [Fact]
    public void Transpose_MovesAxes_ForEveryWidth()
    {
        Same<byte>([1, 4, 2, 5, 3, 6], [3, 2], Run("Transpose", [T<byte>([1, 2, 3, 4, 5, 6], 2, 3)]));
        Same<Half>([(Half)1, (Half)3, (Half)2, (Half)4], [2, 2], Run("Transpose", [T<Half>([(Half)1, (Half)2, (Half)3, (Half)4], 2, 2)]));
        Same<string>(["a", "c", "b", "d"], [2, 2], Run("Transpose", [T<string>(["a", "b", "c", "d"], 2, 2)]));
        Same<long>([1, 3, 2, 4], [2, 1, 2], Run("Transpose", [T<long>([1, 2, 3, 4], 1, 2, 2)], ("perm", new long[] { 2, 0, 1 })));
    }

    [Fact]
    public void Transpose_OfLargeMatrix_EqualsTheNaiveOne()
    {
        Tensor y = Run("Transpose", [Floats(37, 53)]);
        for (int i = 0; i < 53 * 37; i++)
        {
            Assert.Equal(((i % 37) * 53) + (i / 37), y.Span<float>()[i]);
        }
    }

    [Fact]
    public void Shape_TakesARange_AndPropagatesSymbols()
    {
        Same<long>([3, 4], [2], Run("Shape", [Floats(2, 3, 4)], ("start", 1L)));
        Same<long>([2, 3], [2], Run("Shape", [Floats(2, 3, 4)], ("end", -1L)));
        Same<long>([], [0], Run("Shape", [Floats(2, 3, 4)], ("start", 2L), ("end", 1L)));
        Same<long>([24], [], Run("Size", [Floats(2, 3, 4)]));
    }

    private static Tensor Floats(params long[] dims)
    {
        Tensor tensor = Tensor.Allocate(ElementType.Float32, dims);
        for (int i = 0; i < tensor.Count; i++)
        {
            tensor.Span<float>()[i] = i;
        }

        return tensor;
    }
}
