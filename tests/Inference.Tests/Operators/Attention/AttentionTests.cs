using static Inference.Tests.Operators.OperatorHarness;

namespace Inference.Tests.Operators.Attention;

public sealed class AttentionTests
{
    // Queries of zeros see every key alike: the output is the mean of the values seen.
    private static readonly Tensor s_query = T(new float[2], 1, 1, 2, 1);
    private static readonly Tensor s_keys = T([1f, 2], 1, 1, 2, 1);
    private static readonly Tensor s_values = T([10f, 30], 1, 1, 2, 1);

    [Fact]
    public void Attention_EqualScores_AveragesValues() => Near([20f, 20], [1, 1, 2, 1], Run("Attention", [s_query, s_keys, s_values]));

    [Fact]
    public void Attention_Causal_SeesThePastOnly() => Near([10f, 20], [1, 1, 2, 1], Run("Attention", [s_query, s_keys, s_values], ("is_causal", 1L)));

    [Fact]
    public void Attention_Masks_OfBoolsAndNumbers()
    {
        Near([30f, 10], [1, 1, 2, 1], Run("Attention", [s_query, s_keys, s_values, T([false, true, true, false], 2, 2)]));
        Near([30f, 10], [1, 1, 2, 1], Run("Attention", [s_query, s_keys, s_values, T([-1e9f, 0, 0, -1e9f], 2, 2)]));
        Near([30f, 10], [1, 1, 2, 1], Run("Attention", [s_query, s_keys, s_values, T([-1e9, 0.0, 0.0, -1e9], 2, 2)]));
    }

    [Fact]
    public void Attention_PastAndPresent_AreJoined()
    {
        EngineValue?[] y = RunAll("Attention", [s_query, s_keys, s_values, null, T([7f], 1, 1, 1, 1), T([50f], 1, 1, 1, 1)], null, 3);
        Near([30f, 30], [1, 1, 2, 1], (Tensor)y[0]!);
        Near([7f, 1, 2], [1, 1, 3, 1], (Tensor)y[1]!);
        Near([50f, 10, 30], [1, 1, 3, 1], (Tensor)y[2]!);
    }

    [Fact]
    public void Attention_GroupedHeads_ThreeDimensions_ShareKeys()
    {
        Tensor query = T(new float[4], 1, 1, 4);
        Near([15f, 15, 35, 35], [1, 1, 4], Run("Attention", [query, T(new float[4], 1, 2, 2), T([10f, 30, 20, 40], 1, 2, 2)], ("q_num_heads", 4L), ("kv_num_heads", 2L)));
    }

    [Fact]
    public void Attention_ScaleSoftcapAndScores()
    {
        EngineValue?[] y = RunAll("Attention", [T([1f], 1, 1, 1, 1), T([2f], 1, 1, 1, 1), T([5f], 1, 1, 1, 1)], [("scale", 3f)], 4);
        Near([5f], [1, 1, 1, 1], (Tensor)y[0]!);
        Near([6f], [1, 1, 1, 1], (Tensor)y[3]!);
    }

    [Fact]
    public void Attention_FloatValuesBesideHalfQueries_KeepTheirOwnTypes()
    {
        EngineValue?[] y = RunAll("Attention", [T(new Half[1], 1, 1, 1, 1), T([(Half)1], 1, 1, 1, 1), T([5f], 1, 1, 1, 1)], null, 3);
        Same([(Half)5], [1, 1, 1, 1], (Tensor)y[0]!);
        Same([(Half)1], [1, 1, 1, 1], (Tensor)y[1]!);
        Near([5f], [1, 1, 1, 1], (Tensor)y[2]!);
    }

    [Fact]
    public void RotaryEmbedding_QuarterTurn_HalvesOrNeighbours()
    {
        Tensor x = T([1f, 2, 3, 4], 1, 1, 1, 4);
        Tensor cos = T(new float[2], 1, 1, 2);
        Tensor sin = T([1f, 1], 1, 1, 2);
        Near([-3f, -4, 1, 2], [1, 1, 1, 4], Run("RotaryEmbedding", [x, cos, sin]));
        Near([-2f, 1, -4, 3], [1, 1, 1, 4], Run("RotaryEmbedding", [x, cos, sin], ("interleaved", 1L)));
    }

    [Fact]
    public void RotaryEmbedding_Positions_PickRowsOfTheCache() =>
        Near([1f, 2, -2, 1], [1, 2, 2], Run("RotaryEmbedding", [T([1f, 2, 1, 2], 1, 2, 2), T([1f, 0], 2, 1), T([0f, 1], 2, 1), T<long>([0, 1], 1, 2)], ("num_heads", 1L)));

    [Fact]
    public void TensorScatter_WritesAtThePositions_AndWrapsWhereCircular()
    {
        Tensor cache = T(new float[3], 1, 3, 1);
        Tensor update = T([1f, 2], 1, 2, 1);
        Near([0f, 1, 2], [1, 3, 1], Run("TensorScatter", [cache, update, T<long>([1])], ("axis", 1L)));
        Near([2f, 0, 1], [1, 3, 1], Run("TensorScatter", [cache, update, T<long>([2])], ("axis", 1L), ("mode", "circular")));
    }
}
