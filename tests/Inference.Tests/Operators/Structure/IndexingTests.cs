using static Inference.Tests.Operators.OperatorHarness;

namespace Inference.Tests.Operators.Structure;

public sealed class IndexingTests
{
    private static readonly Tensor s_square = T([1f, 2, 3, 4], 2, 2);

    [Fact]
    public void Gather_TakesSlices_AndCountsFromTheEnd()
    {
        Same([3f, 4, 1, 2], [2, 2], Run("Gather", [s_square, T<long>([-1, 0])]));
        Same([2f, 4], [2], Run("Gather", [s_square, S(1)], ("axis", 1L)));
        Same(["b"], [1], Run("Gather", [T(["a", "b"]), T([1])]));
    }

    [Fact]
    public void Gather_OutOfRange_NamesIndexAndBounds()
    {
        var error = Assert.Throws<InvalidInputException>(() => Run("Gather", [s_square, T<long>([2])]));
        Assert.EndsWith("indices: expected values in [-2, 1], got 2 at position 0.", error.Message);
    }

    [Fact]
    public void GatherElements_TakesOneElementAnIndex() =>
        Same([1f, 1, 4, 3], [2, 2], Run("GatherElements", [s_square, T<long>([0, 0, 1, 0], 2, 2)], ("axis", 1L)));

    [Fact]
    public void GatherND_TakesSlicesByTuples()
    {
        Same([1f, 4], [2], Run("GatherND", [s_square, T<long>([0, 0, 1, 1], 2, 2)]));
        Same([3f, 4], [1, 2], Run("GatherND", [s_square, T<long>([1], 1, 1)]));
        Same([2f, 3], [2], Run("GatherND", [s_square, T<long>([1, 0], 2, 1)], ("batch_dims", 1L)));
    }

    [Theory]
    [InlineData("none", new[] { 7f, 2, 3, 4 })]
    [InlineData("add", new[] { 13f, 2, 3, 4 })]
    [InlineData("mul", new[] { 35f, 2, 3, 4 })]
    [InlineData("max", new[] { 7f, 2, 3, 4 })]
    [InlineData("min", new[] { 1f, 2, 3, 4 })]
    public void ScatterElements_AppliesItsReduction_ForEachIndex(string reduction, float[] expected) =>
        Same(expected, [4], Run("ScatterElements", [T([1f, 2, 3, 4]), T<long>([0, -4]), T([5f, 7])], ("reduction", reduction)));

    [Fact]
    public void ScatterND_WritesSlices()
    {
        Same([9f, 8, 3, 4], [2, 2], Run("ScatterND", [s_square, T<long>([0], 1, 1), T([9f, 8], 1, 2)]));
        Same([1f, 2, 13, 14], [2, 2], Run("ScatterND", [s_square, T<long>([1], 1, 1), T([10f, 10], 1, 2)], ("reduction", "add")));
    }

    [Fact]
    public void OneHot_PutsOnAtTheIndex_AndIgnoresOthers() =>
        Same([0f, 1, 0, 0, 0, 1, 0, 0, 0], [3, 3], Run("OneHot", [T<long>([1, -1, 3]), S(3L), T([0f, 1])]));

    [Fact]
    public void TopK_OrdersBestFirst_EqualOnesByPosition_NaNFirst()
    {
        EngineValue?[] y = RunAll("TopK", [T([1f, 3, 3, float.NaN, 2]), T<long>([3])], null, 2);
        Same([float.NaN, 3, 3], [3], (Tensor)y[0]!);
        Same<long>([3, 1, 2], [3], (Tensor)y[1]!);
        y = RunAll("TopK", [T([4, 1, 3, 1]), T<long>([2])], [("largest", 0L)], 2);
        Same([1, 1], [2], (Tensor)y[0]!);
        Same<long>([1, 3], [2], (Tensor)y[1]!);
        Assert.Throws<ModelLoadException>(() => RunAll("TopK", [T([1f]), T<long>([2])], null, 2));
    }

    [Fact]
    public void Unique_GivesValuesFirstsInverseAndCounts()
    {
        EngineValue?[] y = RunAll("Unique", [T([2f, 1, 1, 3, 2])], [("sorted", 0L)], 4);
        Same([2f, 1, 3], [3], (Tensor)y[0]!);
        Same<long>([0, 1, 3], [3], (Tensor)y[1]!);
        Same<long>([0, 1, 1, 2, 0], [5], (Tensor)y[2]!);
        Same<long>([2, 2, 1], [3], (Tensor)y[3]!);
        Same([1f, 2, 3], [3], (Tensor)RunAll("Unique", [T([2f, 1, 1, 3, 2])], null, 1)[0]!);
        Same(["a", "b"], [2], (Tensor)RunAll("Unique", [T(["b", "a", "b"])], null, 1)[0]!);
    }

    [Fact]
    public void NonZero_And_Compress_DependOnData()
    {
        Same<long>([0, 1, 1, 0], [2, 2], Run("NonZero", [T([0f, 1, 2, 0], 2, 2)]));
        Same([3f, 4], [1, 2], Run("Compress", [s_square, T([false, true])], ("axis", 0L)));
        Same([2f], [1], Run("Compress", [s_square, T([false, true])]));
    }

    [Fact]
    public void Trilu_KeepsATriangle()
    {
        Same([1f, 2, 0, 4], [2, 2], Run("Trilu", [s_square]));
        Same([1f, 0, 3, 4], [2, 2], Run("Trilu", [s_square], ("upper", 0L)));
        Same([0f, 2, 0, 0], [2, 2], Run("Trilu", [s_square, S(1L)]));
    }

    [Fact]
    public void EyeLike_And_ConstantOfShape_Fill()
    {
        Same([0, 1, 0, 0], [2, 2], Run("EyeLike", [s_square], ("dtype", (long)ElementType.Int32), ("k", 1L)));
        Same([7L, 7], [2], Run("ConstantOfShape", [T<long>([2])], ("value", T<long>([7]))));
        Same([0f], [], Run("ConstantOfShape", [T<long>([], 0)]));
    }

    [Fact]
    public void PackedTypes_Move_ElementByElement()
    {
        Tensor x = Tensor.Allocate(ElementType.Int4, [3]);
        x.Bytes[0] = 0x21;
        x.Bytes[1] = 0x03;
        Tensor y = Run("Gather", [x, T<long>([2, 0])]);
        Assert.Equal(ElementType.Int4, y.Type);
        Assert.Equal(0x13, y.Bytes[0]);
    }

    [Fact]
    public void ReverseSequence_And_TensorScatter_WorkPerRow()
    {
        Same([2f, 1, 3, 6, 4, 5], [2, 3], Run("ReverseSequence", [T([1f, 2, 3, 6, 4, 5], 2, 3), T<long>([2, 1])], ("batch_axis", 0L), ("time_axis", 1L)));
        Same([8f, 2, 3, 9], [1, 4, 1], Run("TensorScatter", [T([1f, 2, 3, 4], 1, 4, 1), T([9f, 8], 1, 2, 1), T<long>([3])], ("mode", "circular")));
    }
}
