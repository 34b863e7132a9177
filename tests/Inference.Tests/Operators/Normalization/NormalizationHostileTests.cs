using static Inference.Tests.Operators.OperatorHarness;

namespace Inference.Tests.Operators.Normalization;

/// <summary>Every output is written or refused, and rows without elements end at once.</summary>
public sealed class NormalizationHostileTests
{
    private static readonly Tensor s_channel = T([1f]);

    [Theory]
    [InlineData(15, 3)]
    [InlineData(9, 5)]
    public void BatchNormalization_StatisticsAtInference_AreRefused(long opset, int outputs) => Refused(
        "expected 1 outputs at inference", "BatchNormalization", [T(new float[2], 2, 1), s_channel, s_channel, s_channel, s_channel], [], outputs, opset);

    [Fact]
    public void BatchNormalization_TrainingWithoutElements_WritesStatistics()
    {
        Tensor x = T(Array.Empty<float>(), 2, 1, 0);
        EngineValue?[] results = RunAll("BatchNormalization", [x, s_channel, s_channel, s_channel, s_channel], [("training_mode", 1L)], outputs: 3, opset: 15);
        Near([float.NaN], [1], (Tensor)results[1]!);
        Near([float.NaN], [1], (Tensor)results[2]!);
    }

    [Fact]
    public void BatchNormalization_NumbersForEachElement_BeforeOpset9()
    {
        Tensor two = T([1f, 2f], 1, 2);
        Near([2, 6], [1, 1, 2], (Tensor)RunAll("BatchNormalization", [T([1f, 2f], 1, 1, 2), two, two, T(new float[2], 1, 2), T([1f, 1f], 1, 2)], [("spatial", 0L), ("epsilon", 0f)], 1, 7)[0]!);
        Refused("input 2 (B): expected shape", "BatchNormalization", [T(new float[2], 1, 1, 2), T(new float[1], 1, 1), two, two, two], [("spatial", 0L)], 1, 7);
    }

    [Theory]
    [InlineData("LayerNormalization", "", 3)]
    [InlineData("SimplifiedLayerNormalization", "com.microsoft", 2)]
    public void LayerNormalization_RowsWithoutElements_WriteStatistics(string op, string domain, int outputs)
    {
        EngineValue?[] results = RunAll(op, [T(Array.Empty<float>(), 2, 0), T(Array.Empty<float>(), 0)], [], outputs, domain.Length > 0 ? 1 : NewestOpset, domain);
        for (int i = 1; i < outputs; i++)
        {
            Near([float.NaN, float.NaN], [2, 1], (Tensor)results[i]!);
        }
    }

    [Fact]
    public void LayerNormalization_ScaleAlongAnotherAxis_IsNotARow() => Near(
        [-1, 1, -2, 2], [2, 2], Run("LayerNormalization", [T([0f, 2f, 0f, 2f], 2, 2), T([1f, 2f], 2, 1)], ("epsilon", 0f)));

    [Theory]
    [InlineData("LayerNormalization", "", 4)]
    [InlineData("SimplifiedLayerNormalization", "com.microsoft", 3)]
    public void LayerNormalization_MoreOutputsThanItHas_AreRefused(string op, string domain, int outputs) =>
        Refused("outputs, got", op, [T(new float[2], 1, 2), T(new float[2])], [], outputs, domain.Length > 0 ? 1 : NewestOpset, domain);

    [Fact]
    public void SkipLayerNormalization_SkipThatBroadcastsWithin_IsRefused() => Refused(
        "input 1: expected the shape [2,3,4] of input 0, or its last dimensions", "SkipLayerNormalization", [T(new float[24], 2, 3, 4), T(new float[8], 2, 1, 4), T(new float[4])], [], 1, 1, "com.microsoft");

    [Fact]
    public void EmbedLayerNormalization_PositionsOfAnotherShape_AreRefused() => Refused(
        "input 8 (position_ids): expected shape",
        "EmbedLayerNormalization",
        [T([0, 0, 0], 1, 3), null, T(new float[2], 1, 2), T(new float[6], 3, 2), null, T(new float[2]), T(new float[2]), null, T(Array.Empty<int>(), 0, 3)], [], 2, 1, "com.microsoft");

    [Theory]
    [InlineData(0L)]
    [InlineData(-3L)]
    public void Lrn_SizeBelowOne_IsRefused(long size) => Refused("attribute 'size': expected 1 or more", "LRN", [T(new float[4], 1, 1, 2, 2)], [("size", size)]);

    [Theory]
    [InlineData("LpNormalization", "axis", 1L)]
    [InlineData("LRN", "size", 3L)]
    public void Rows_HugeAndEmpty_EndAtOnce(string op, string name, long value) => Assert.Equal(0, Run(op, [T(Array.Empty<float>(), 1L << 60, 0, 3)], (name, value)).Count);
}
