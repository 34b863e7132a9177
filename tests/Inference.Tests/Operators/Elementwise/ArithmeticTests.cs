using static Inference.Tests.Operators.OperatorHarness;

namespace Inference.Tests.Operators.Elementwise;

public sealed class ArithmeticTests
{
    [Fact]
    public void Add_Broadcasts()
    {
        Same([11, 12, 13, 24, 25, 26], [2, 3], Run("Add", [T([1, 2, 3, 4, 5, 6], 2, 3), T([10, 20], 2, 1)]));
    }

    [Fact]
    public void Add_LegacyAxis_AlignsTheSecondOperand()
    {
        Same([11f, 12f, 23f, 24f], [2, 2, 1], Run(6, "Add", [T([1f, 2f, 3f, 4f], 2, 2, 1), T([10f, 20f])], ("broadcast", 1L), ("axis", 0L)));
    }

    [Fact]
    public void Add_Empty_GivesEmpty()
    {
        Same(Array.Empty<float>(), [0, 3], Run("Add", [T(Array.Empty<float>(), 0, 3), T([1f, 2f, 3f])]));
    }

    [Fact]
    public void Div_Integers_TruncatesAndWraps()
    {
        Same([-2, 2, int.MinValue], [3], Run("Div", [T([-5, 5, int.MinValue]), T([2, 2, -1])]));
    }

    [Fact]
    public void Div_IntegerByZero_Throws()
    {
        InvalidInputException error = Assert.Throws<InvalidInputException>(() => Run("Div", [T([1]), T([0])]));
        Assert.Equal("node Div → 'y0': expected a divisor other than 0 for integers, got 0.", error.Message);
    }

    [Fact]
    public void Add_ShapesThatDoNotBroadcast_Throws()
    {
        ModelLoadException error = Assert.Throws<ModelLoadException>(() => Run("Add", [T([1f, 2f]), T([1f, 2f, 3f])]));
        Assert.Equal("node Add → 'y0': expected shapes that can be broadcast, got [2] and [3].", error.Message);
    }

    [Theory]
    [InlineData(0L, new[] { 1, 2, -2 })]
    [InlineData(1L, new[] { 1, -1, 1 })]
    public void Mod_TakesTheSignOf(long fmod, int[] expected)
    {
        Same(expected, [3], Run("Mod", [T([4, -4, 4]), T([3, 3, fmod == 0 ? -3 : 3])], ("fmod", fmod)));
    }

    [Fact]
    public void Pow_IntegerBase_IsExact()
    {
        Same([3486784401L, 1L], [2], Run("Pow", [T([3L, -7L]), T([20L, 0L])]));
    }

    [Fact]
    public void Max_NaN_Propagates()
    {
        Same([float.NaN, 2f], [2], Run("Max", [T([float.NaN, 1f]), T([0f, 2f])]));
    }

    [Fact]
    public void Sum_Half_RoundsOnce()
    {
        Tensor y = Run("Sum", [T([(Half)2048f]), T([(Half)1f]), T([(Half)1f])]);
        Same([(Half)2050f], [1], y);
    }

    [Fact]
    public void BitShift_ByTheWidth_GivesZero()
    {
        Same(new byte[] { 0, 4 }, [2], Run("BitShift", [T(new byte[] { 1, 1 }), T(new byte[] { 8, 2 })], ("direction", "LEFT")));
    }

    [Fact]
    public void Equal_Strings_Compares()
    {
        Same([true, false], [2], Run("Equal", [T(["a", "b"]), T(["a"])]));
    }

    [Fact]
    public void Where_PicksBroadcast()
    {
        Same([1, 9, 1, 9], [2, 2], Run("Where", [T([true, false]), T([1, 1], 2, 1), S(9)]));
    }

    [Theory]
    [InlineData(float.NaN, float.NaN)]
    [InlineData(-3f, -1f)]
    [InlineData(7f, 2f)]
    public void Clip_Bounds(float x, float y)
    {
        Same([y], [1], Run("Clip", [T([x]), S(-1f), S(2f)]));
        Same([y], [1], Run(6, "Clip", [T([x])], ("min", -1f), ("max", 2f)));
    }

    [Fact]
    public void Infer_KeepsSymbols()
    {
        ModelValueType[] types = [ModelValueType.Tensor(ElementType.Float32, [Dimension.Named("N"), Dimension.Fixed(3)]), ModelValueType.Tensor(ElementType.Float32, [Dimension.Fixed(3)])];
        Assert.Equal([Dimension.Named("N"), Dimension.Fixed(3)], Infer("Add", types)[0]!.Shape!);
    }

    [Theory]
    [InlineData(70, 70)]
    [InlineData(70, 1)]
    [InlineData(1, 70)]
    public void Equal_OfManyIntegers_EqualsEachPair(int left, int right)
    {
        int[] a = [.. Enumerable.Range(0, left).Select(i => left == 1 ? 3 : i % 5)];
        int[] b = [.. Enumerable.Range(0, right).Select(i => right == 1 ? 3 : i % 7)];
        bool[] expected = [.. Enumerable.Range(0, 70).Select(i => a[left == 1 ? 0 : i] == b[right == 1 ? 0 : i])];
        Same(expected, [70], Run("Equal", [T(a), T(b)]));
    }
}
