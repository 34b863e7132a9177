using static Inference.Tests.Operators.OperatorHarness;

namespace Inference.Tests.Operators.Reduction;

public sealed class ReductionTests
{
    private static readonly Tensor s_square = T([1f, 2, 3, 4], 2, 2);

    [Theory]
    [InlineData("ReduceSum", 3f, 7f)]
    [InlineData("ReduceMean", 1.5f, 3.5f)]
    [InlineData("ReduceProd", 2f, 12f)]
    [InlineData("ReduceMax", 2f, 4f)]
    [InlineData("ReduceMin", 1f, 3f)]
    [InlineData("ReduceSumSquare", 5f, 25f)]
    [InlineData("ReduceL1", 3f, 7f)]
    [InlineData("ReduceL2", 2.236068f, 5f)]
    [InlineData("ReduceLogSum", 1.0986123f, 1.9459101f)]
    [InlineData("ReduceLogSumExp", 2.3132617f, 4.3132617f)]
    public void Reduce_LastAxis_GivesTheFold(string op, float first, float second)
    {
        Near([first, second], [2, 1], Run(op, [s_square, T<long>([-1])]));
        Near([first, second], [2], Run(op, [s_square, T<long>([1])], ("keepdims", 0L)));
        Near([first, second], [2, 1], Run(11, op, [s_square], ("axes", new[] { 1L })));
    }

    [Theory]
    [InlineData("ReduceL1", new[] { 2f, 3 })]
    [InlineData("ReduceL2", new[] { 2f, 3 })]
    [InlineData("ReduceSumSquare", new[] { 4f, 9 })]
    [InlineData("ReduceLogSumExp", new[] { -2f, 3 })]
    [InlineData("ReduceSum", new[] { -2f, 3 })]
    public void Reduce_NoAxesAsNoop_StillMapsEachElement(string op, float[] expected) =>
        Near(expected, [2], Run(op, [T([-2f, 3]), T<long>([])], ("noop_with_empty_axes", 1L)));

    [Fact]
    public void Reduce_NoAxes_FoldsAll() => Near([10f], [1, 1], Run("ReduceSum", [s_square, T<long>([])]));

    [Theory]
    [InlineData("ReduceSum", 0f)]
    [InlineData("ReduceProd", 1f)]
    [InlineData("ReduceMax", float.NegativeInfinity)]
    [InlineData("ReduceMin", float.PositiveInfinity)]
    [InlineData("ReduceLogSum", float.NegativeInfinity)]
    [InlineData("ReduceLogSumExp", float.NegativeInfinity)]
    public void Reduce_EmptySet_GivesTheNeutralElement(string op, float expected) =>
        Near([expected, expected], [2, 1], Run(op, [T(Array.Empty<float>(), 2, 0), T<long>([1])]));

    [Fact]
    public void Reduce_IntegersBoolsAndHalves_KeepTheirType()
    {
        Same([6], [1], Run("ReduceSum", [T([1, 2, 3]), T<long>([0])]));
        Same([true], [1], Run("ReduceMax", [T([false, true]), T<long>([0])]));
        Same([false], [1], Run("ReduceMin", [T([false, true]), T<long>([0])]));
        Same([(Half)2], [1], Run("ReduceMean", [T([(Half)1, (Half)3]), T<long>([0])]));
        Same<sbyte>([-3], [1], Run("ReduceMin", [T<sbyte>([4, -3]), T<long>([0])]));
    }

    [Fact]
    public void Reduce_AxisOutOfRange_IsRefused() =>
        Assert.Contains("expected an axis in [-2, 1]", Assert.ThrowsAny<InferenceException>(() => Run("ReduceSum", [s_square, T<long>([2])])).Message, StringComparison.Ordinal);

    [Fact]
    public void ArgMax_TakesTheFirstOfEquals_OrTheLast()
    {
        Same<long>([1, 0], [2, 1], Run("ArgMax", [T([1f, 5, 5, 7, 7, 2], 2, 3)], ("axis", 1L)));
        Same<long>([2, 1], [2], Run("ArgMax", [T([1f, 5, 5, 7, 7, 2], 2, 3)], ("axis", -1L), ("keepdims", 0L), ("select_last_index", 1L)));
        Same<long>([0, 2], [2], Run("ArgMin", [T([1f, 5, 5, 7, 7, 2], 2, 3)], ("axis", 1L), ("keepdims", 0L)));
    }

    [Fact]
    public void CumSum_ExclusiveAndReverse()
    {
        Tensor x = T([1f, 2, 3]);
        Near([1f, 3, 6], [3], Run("CumSum", [x, S(0)]));
        Near([0f, 1, 3], [3], Run("CumSum", [x, S(0)], ("exclusive", 1L)));
        Near([6f, 5, 3], [3], Run("CumSum", [x, S(-1L)], ("reverse", 1L)));
        Near([5f, 3, 0], [3], Run("CumSum", [x, S(0)], ("reverse", 1L), ("exclusive", 1L)));
        Near([1f, 2, 6], [3], Run("CumProd", [x, S(0)]));
    }

    [Fact]
    public void Softmax_OldForm_FlattensFromTheAxisOn()
    {
        Tensor x = T(new float[4], 1, 2, 2);
        Near([0.25f, 0.25f, 0.25f, 0.25f], [1, 2, 2], Run(11, "Softmax", [x], ("axis", 1L)));
        Near([0.5f, 0.5f, 0.5f, 0.5f], [1, 2, 2], Run("Softmax", [x], ("axis", 1L)));
    }

    [Fact]
    public void Softmax_LargeNumbersAndInfinity_StayFinite()
    {
        Near([0.26894143f, 0.7310586f], [2], Run("Softmax", [T([1000f, 1001])]));
        Near([0f, 1], [2], Run("Softmax", [T([float.NegativeInfinity, 0])]));
        Near([-1.3132616f, -0.3132617f], [2], Run("LogSoftmax", [T([1000f, 1001])]));
    }

    [Fact]
    public void Hardmax_MarksTheFirstLargest() => Near([0f, 1, 0, 1, 0, 0], [2, 3], Run("Hardmax", [T([1f, 3, 3, 2, 1, 2], 2, 3)]));
}
