using static Inference.Tests.Operators.OperatorHarness;

namespace Inference.Tests.Operators.Normalization;

public sealed class NormalizationTests
{
    // Mean 2 and deviation 1; mean square 5.
    private static readonly float[] s_row = [1f, 3f];

    [Fact]
    public void LayerNormalization_IsCenteredScaledAndShifted() =>
        Near([-2f + 10, 3f + 20], [1, 2], Run("LayerNormalization", [T(s_row, 1, 2), T([2f, 3f]), T([10f, 20f])], ("epsilon", 0f)));

    [Fact]
    public void LayerNormalization_AxisZero_TakesTheWholeTensorAsOneRow() =>
        Near([-1f, 1, -1, 1], [2, 2], Run("LayerNormalization", [T([1f, 3, 1, 3], 2, 2), T([1f, 1, 1, 1], 2, 2)], ("axis", 0L), ("epsilon", 0f)));

    [Fact]
    public void LayerNormalization_StatisticsHaveTheStashType()
    {
        EngineValue?[] y = RunAll("LayerNormalization", [T([1.0, 3.0], 1, 2), T([1.0, 1.0])], [("epsilon", 0f)], 3);
        Same([-1.0, 1.0], [1, 2], (Tensor)y[0]!);
        Same([2f], [1, 1], (Tensor)y[1]!);
        Same([1f], [1, 1], (Tensor)y[2]!);
        y = RunAll("LayerNormalization", [T(s_row, 1, 2), T([1f, 1f])], [("epsilon", 0f), ("stash_type", 16L)], 2);
        Same([(BFloat16)2f], [1, 1], (Tensor)y[1]!);
    }

    [Fact]
    public void RmsNormalization_HalfRowsWithFloatScale_GiveFloats() =>
        Near([2f / MathF.Sqrt(5), 12f / MathF.Sqrt(5)], [1, 2], Run("RMSNormalization", [T([(Half)1, (Half)3], 1, 2), T([2f, 4f])], ("epsilon", 0f)));

    [Fact]
    public void RmsNormalization_FloatRowsWithHalfScale_GiveHalves()
    {
        Tensor y = Run("RMSNormalization", [T(s_row, 1, 2), T([(Half)2, (Half)4])], ("epsilon", 0f));
        Same([(Half)(2f / MathF.Sqrt(5)), (Half)(12f / MathF.Sqrt(5))], [1, 2], y);
    }

    [Fact]
    public void RmsNormalization_FloatRowsWithDoubleScale_GiveDoubles() =>
        Same([2 / Math.Sqrt(5), 12 / Math.Sqrt(5)], [1, 2], Run("RMSNormalization", [T(s_row, 1, 2), T([2.0, 4.0])], ("epsilon", 0f)));

    [Fact]
    public void BatchNormalization_StatisticsOfAnotherType_AreRead() =>
        Same([(Half)(-9), (Half)11], [1, 1, 2], Run("BatchNormalization", [T([(Half)0, (Half)2], 1, 1, 2), T([10f]), T([1f]), T([1.0]), T([1.0])], ("epsilon", 0f)));

    [Fact]
    public void BatchNormalization_Training_GivesRunningStatistics()
    {
        EngineValue?[] y = RunAll("BatchNormalization", [T([0f, 2], 2, 1), T([1f]), T([0f]), T([10f]), T([10f])], [("epsilon", 0f), ("training_mode", 1L), ("momentum", 0.5f)], 3);
        Near([-1f, 1], [2, 1], (Tensor)y[0]!);
        Near([5.5f], [1], (Tensor)y[1]!);
        Near([5.5f], [1], (Tensor)y[2]!);
    }

    [Fact]
    public void GroupNormalization_NewestForm_ScalesChannels_OldFormGroups()
    {
        Tensor x = T([1f, 3, 1, 3], 1, 2, 2);
        Near([-1f, 1, -2, 2], [1, 2, 2], Run("GroupNormalization", [x, T([1f, 2]), T([0f, 0])], ("num_groups", 1L), ("epsilon", 0f)));
        Near([-3f, 3, -3, 3], [1, 2, 2], Run(18, "GroupNormalization", [x, T([3f]), T([0f])], ("num_groups", 1L), ("epsilon", 0f)));
    }

    [Fact]
    public void InstanceNormalization_NormalizesEachChannel() =>
        Near([-1f, 1, -1, 1], [1, 2, 2], Run("InstanceNormalization", [T([1f, 3, 10, 30], 1, 2, 2), T([1f, 1]), T([0f, 0])], ("epsilon", 0f)));

    [Fact]
    public void LpNormalization_DividesByTheNorm_AndLeavesZeros()
    {
        Near([0.6f, 0.8f, 0, 0], [2, 2], Run("LpNormalization", [T([3f, 4, 0, 0], 2, 2)]));
        Near([0.25f, -0.75f], [2], Run("LpNormalization", [T([1f, -3])], ("p", 1L), ("axis", 0L)));
    }

    [Fact]
    public void Lrn_DividesByNeighbouringChannels() =>
        Near([1f / 3, 2f / 4.5f, 2f / 2.5f], [1, 3, 1], Run("LRN", [T([1f, 2, 2], 1, 3, 1)], ("size", 2L), ("alpha", 1f), ("beta", 1f), ("bias", 0.5f)));

    [Fact]
    public void MeanVarianceNormalization_TakesBatchAndSpaceTogether() =>
        Near([-1f, 1], [2, 1, 1, 1], Run("MeanVarianceNormalization", [T([1f, 3], 2, 1, 1, 1)]));
}
