using static Inference.Tests.Operators.OperatorHarness;

namespace Inference.Tests.Operators.Structure;

/// <summary>Inputs, contents and attributes that operators of this family refuse with a sentence, before memory is touched.</summary>
public sealed class RefusalTests
{
    private static readonly Tensor s_square = T([1f, 2, 3, 4], 2, 2);

    private static readonly RefusalCases s_cases = new()
    {
        ["GatherND, batches differ"] = (() => Run("GatherND", [s_square, T<long>([0, 0, 0, 0], 4, 1)], ("batch_dims", 1L)), "batch axis 0 of data and indices: expected equal sizes, got 2 and 4."),
        ["GatherND, batch_dims beyond 32 bits"] = (() => Run("GatherND", [s_square, T<long>([0], 1, 1)], ("batch_dims", 1L << 32)), "expected index tuples"),
        ["Reshape, sizes whose product wraps to the count"] = (() => Run("Reshape", [s_square, T<long>([1L << 62, 4, -1])]), "sizes that fit in 64 bits"),
        ["Reshape, no elements to a scalar"] = (() => Run("Reshape", [T<float>([], 0), T<long>([])]), "expected a shape with as many elements as [0], got []."),
        ["Reshape, no shape"] = (() => Run("Reshape", [s_square]), "expected input 1 (shape)"),
        ["Squeeze, size 0"] = (() => Run("Squeeze", [T<float>([], 0, 1), T<long>([0, 1])]), "axes: expected axes of size 1"),
        ["Slice, more starts than axes"] = (() => Run("Slice", [S(1f), T<long>([0]), T<long>([1])]), "at most 0, got 1, 1, -, -."),
        ["Slice, ends of another length"] = (() => Run("Slice", [s_square, T<long>([0, 0]), T<long>([1])]), "expected equal numbers of starts, ends, axes and steps"),
        ["Slice, an axis twice"] = (() => Run("Slice", [s_square, T<long>([0, 0]), T<long>([1, 1]), T<long>([0, -2])]), "expected distinct axes, got 0 twice."),
        ["Pad, an axis twice"] = (() => Run("Pad", [s_square, T<long>([1, 1, 1, 1]), null, T<long>([1, 1])]), "expected distinct axes, got 1 twice."),
        ["Pad, more axes than the rank"] = (() => Run("Pad", [S(1f), T<long>([1, 1]), null, T<long>([0])]), "axes: expected at most 0 axes"),
        ["Pad, amounts beyond 64 bits"] = (() => Run("Pad", [T([1f]), T<long>([long.MaxValue, long.MaxValue])]), "pads: expected a size within 64 bits"),
        ["Pad, none"] = (() => Run("Pad", [s_square]), "expected pads, input 1"),
        ["CenterCropPad, an axis twice"] = (() => Run("CenterCropPad", [s_square, T<long>([1, 1])], ("axes", new long[] { 0, 0 })), "expected distinct axes, got 0 twice."),
        ["Split, lengths whose sum wraps to the size"] = (
            () => RunAll("Split", [T([1f, 2]), T<long>([long.MaxValue, long.MaxValue, 4])], null, 3), "split: expected 3 lengths ≥ 0 that sum to 2"),
        ["Split, more lengths than outputs"] = (() => RunAll("Split", [T([1f, 2]), T<long>([1, 1])], null, 1), "split: expected 1 values, one for each output, got 2."),
        ["Tile, repeats of another length"] = (() => Run("Tile", [S(1f), T<long>([2])]), "repeats: expected 0 values"),
        ["TensorScatter, position that wraps"] = (
            () => Run("TensorScatter", [T(new float[8], 1, 4, 2), T(new float[4], 1, 2, 2), T<long>([long.MaxValue])]), "write_indices: expected positions in [0, 2]"),
        ["TensorScatter, a position short"] = (
            () => Run("TensorScatter", [T(new float[8], 2, 2, 2), T(new float[4], 2, 1, 2), T<long>([0])]), "input 2 (write_indices): expected shape [B]"),
        ["EyeLike, a type that does not exist"] = (() => Run("EyeLike", [s_square], ("dtype", 33L)), "attribute 'dtype'"),
        ["EyeLike, a type beyond 32 bits"] = (() => Run("EyeLike", [s_square], ("dtype", (1L << 32) + 1)), "attribute 'dtype'"),
        ["TopK, no k"] = (() => RunAll("TopK", [s_square], null, 2), "expected input 1 (K)"),
        ["ConstantOfShape, more than memory addresses"] = (() => Run("ConstantOfShape", [T<long>([1L << 61])]), "was requested"),
        ["OneHot, a depth below 0"] = (() => Run("OneHot", [T<long>([0]), S(-1L), T([0f, 1])]), "depth: expected a number ≥ 0, got -1."),
        ["OneHot, one value"] = (() => Run("OneHot", [T<long>([0]), S(2L), T([0f])]), "input 2 (values): expected shape [2]"),
        ["Unsqueeze, a rank beyond the highest"] = (
            () => Run("Unsqueeze", [s_square, T([.. Enumerable.Range(0, 63).Select(i => (long)i)])]), "expected an output of rank 0 to 64, got 65."),
        ["Shape, a rank beyond the highest"] = (() => Run("Shape", [T([1f], [.. Enumerable.Repeat(1L, 65)])]), "expected a rank of at most 64, got 65."),
        ["Concat, an input left out between others"] = (() => Run("Concat", [s_square, null, s_square], ("axis", 0L)), "expected input 1 (inputs), but it is omitted before later ones."),
    };

    public static TheoryData<string> Cases => s_cases.Names;

    [Theory]
    [MemberData(nameof(Cases))]
    public void Run_OutsideTheSpecification_IsRefusedWithASentence(string name) => s_cases.AssertRefused(name);

    // A scalar leaves lists of axes no place, whatever they will hold: known from their lengths alone.
    [Theory]
    [InlineData("Slice", 3)]
    [InlineData("Pad", 2)]
    [InlineData("Tile", 2)]
    [InlineData("CenterCropPad", 2)]
    [InlineData("Squeeze", 2)]
    public void Infer_ListsForAScalar_AreRefusedBeforeTheirContentsAreKnown(string opType, int inputs)
    {
        ModelValueType list = ModelValueType.Tensor(ElementType.Int64, [Dimension.Fixed(2)]);
        ModelValueType[] types = [ModelValueType.Tensor(ElementType.Float32, []), .. Enumerable.Repeat(list, inputs - 1)];
        Assert.ThrowsAny<InferenceException>(() => Infer(opType, types));
    }

    // Shape data that is known though it is no constant: the view must not be larger than what it views.
    [Fact]
    public void Reshape_KnownSizesOfAnotherProduct_AreRefused()
    {
        Tensor x = T([1f, 2, 3, 4, 5, 6], 2, 3);
        var error = Assert.ThrowsAny<InferenceException>(() => Run("Reshape", [x, T<long>([3, 4])]));
        Assert.Contains("expected a shape with as many elements as [2,3], got [3,4].", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void SetView_OfAnotherSize_IsRefused() =>
        Assert.Throws<InvalidInputException>(() => new Tensor().SetView(T<float>([], 0), ElementType.Float32, []));

    [Fact]
    public void TensorScatter_CircularPositionFarOut_WrapsAround() =>
        Same(
            [9f, 0, 0, 8], [1, 4, 1],
            Run("TensorScatter", [T(new float[4], 1, 4, 1), T([8f, 9], 1, 2, 1), T([long.MaxValue])], ("mode", "circular")));

    [Theory]
    [InlineData("add", new[] { true, true })]
    [InlineData("mul", new[] { true, false })]
    public void ScatterElements_ReducesBools_ToBools(string reduction, bool[] expected) =>
        Same(expected, [2], Run("ScatterElements", [T([true, true]), T<long>([0, 1]), T([true, reduction == "add"])], ("reduction", reduction)));

    [Fact]
    public void Unique_InOrderOfAppearance_KeepsThatOrder()
    {
        EngineValue?[] y = RunAll("Unique", [T([3f, 1, 3, 2, 1])], [("sorted", 0L)], 4);
        Same([3f, 1, 2], [3], (Tensor)y[0]!);
        Same([0L, 1, 3], [3], (Tensor)y[1]!);
        Same([0L, 1, 0, 2, 1], [5], (Tensor)y[2]!);
        Same([2L, 2, 1], [3], (Tensor)y[3]!);
    }
}
