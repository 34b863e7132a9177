using static Inference.Tests.Operators.OperatorHarness;

namespace Inference.Tests.Operators.Elementwise;

/// <summary>Inputs and attributes that element-wise operators, conversions, reductions and random numbers refuse with a sentence.</summary>
public sealed class RefusalTests
{
    private static readonly Tensor s_square = T([1f, 2, 3, 4], 2, 2);

    private static readonly RefusalCases s_cases = new()
    {
        ["PRelu, an empty slope"] = (() => Run("PRelu", [T([1f, 2], 2, 1), T<float>([], 2, 0)]), "expected a slope that broadcasts to [2,1], got [2,0]."),
        ["PRelu, a slope that widens"] = (() => Run("PRelu", [T([1f, 2], 2, 1), T(new float[6], 2, 3)]), "expected a slope that broadcasts to [2,1], got [2,3]."),
        ["Where, packed elements"] = (
            () => Run("Where", [T([true]), Tensor.Allocate(ElementType.Int4, [1]), Tensor.Allocate(ElementType.Int4, [1])]), "input 1 (X): expected one of"),
        ["Cast, a type that does not exist"] = (() => Run("Cast", [s_square], ("to", 33L)), "attribute 'to'"),
        ["Cast, a type beyond 32 bits"] = (() => Run("Cast", [s_square], ("to", (1L << 32) + 7)), "attribute 'to'"),
        ["Cast, real to complex"] = (() => Run("Cast", [s_square], ("to", (long)ElementType.Complex64)), "expected a conversion between real numeric types, bool or strings"),
        ["CastLike, a string like complex"] = (
            () => Run("CastLike", [T(["1"]), Tensor.Allocate(ElementType.Complex64, [1])]), "expected a conversion between real numeric types, bool or strings"),
        ["BitCast, a type that does not exist"] = (() => Run("BitCast", [s_square], ("to", 99L)), "attribute 'to'"),
        ["Bernoulli, strings"] = (() => Run("Bernoulli", [s_square], ("dtype", (long)ElementType.String)), "attribute 'dtype'"),
        ["Bernoulli, a type that does not exist"] = (() => Run("Bernoulli", [s_square], ("dtype", 64L)), "attribute 'dtype'"),
        ["Multinomial, float"] = (() => Run("Multinomial", [s_square], ("dtype", 1L)), "attribute 'dtype'"),
        ["RandomNormal, a type that does not exist"] = (() => Run("RandomNormal", [], ("shape", new long[] { 2 }), ("dtype", 33L)), "attribute 'dtype'"),
        ["CumSum, an axis out of range"] = (() => Run("CumSum", [s_square, S(-9L)]), "expected an axis in [-2, 1] for rank 2, got -9."),
        ["CumSum, a scalar"] = (() => Run("CumSum", [S(1f), S(0L)]), "input 0 (x): expected shape [_,*]"),
        ["ReduceSum, an axis of a scalar"] = (() => Run("ReduceSum", [S(1f), T<long>([5])]), "expected an axis"),
        ["Dropout, old masks of 8-bit floats"] = (
            () => RunAll("Dropout", [Tensor.Allocate(ElementType.Float8E5M2, [1])], null, 2, 7), "input 0: expected one of"),
    };

    public static TheoryData<string> Cases => s_cases.Names;

    [Theory]
    [MemberData(nameof(Cases))]
    public void Run_OutsideTheSpecification_IsRefusedWithASentence(string name) => s_cases.AssertRefused(name);

    [Fact]
    public void PRelu_OldSlopes_RunAlongAxis1() =>
        Same([-1f, -2, -3, -6], [1, 2, 2], Run(6, "PRelu", [T([-1f, -2, -1, -2], 1, 2, 2), T([1f, 3])]));

    [Fact]
    public void TypeSet_NumbersOfNoType_AreInNone()
    {
        Assert.False(TypeSet.All.Contains((ElementType)33));
        Assert.False(TypeSet.All.Contains((ElementType)(-1)));
    }

    // The smallest integers have no absolute value, and a byte cannot count to 256.
    [Fact]
    public void Reduce_NarrowIntegers_WrapAndDoNotThrow()
    {
        Same([sbyte.MinValue], [1], Run("ReduceL1", [T([sbyte.MinValue])]));
        Same([(byte)0], [1], Run("ReduceMean", [T(Enumerable.Repeat((byte)3, 256).ToArray())]));
    }

    [Fact]
    public void Cast_StringsToPackedTypes_LeaveNoBitsUnwritten()
    {
        foreach (ElementType type in (ElementType[])[ElementType.Int4, ElementType.UInt4, ElementType.Float4E2M1, ElementType.Int2])
        {
            Tensor y = Run("Cast", [T(["1", "1", "1"])], ("to", (long)type));
            int used = 3 * type.BitWidth();
            Assert.Equal(0, used % 8 == 0 ? 0 : y.Bytes[^1] >> (used % 8));
        }
    }

    [Fact]
    public void Cast_FloatsToFloat4_LeaveNoBitsUnwritten() =>
        Assert.Equal(0, Run("Cast", [T([1f])], ("to", (long)ElementType.Float4E2M1)).Bytes[0] >> 4);

    // 2³¹ as a size does not fit an int32 value: nothing may be claimed of it.
    [Fact]
    public void Mul_Int32SizesBeyondTheirRange_AreNotFollowed()
    {
        Tensor large = S(1 << 20);
        Same([0], [], Run("Mul", [large, S(1 << 12)]));
    }
}
