using static Inference.Tests.Operators.OperatorHarness;

namespace Inference.Tests.Operators.Contrib;

/// <summary>Mixtures of experts and rotary embeddings of three positions, by hand.</summary>
public sealed class ExpertTests
{
    // Two experts of one hidden and one inner number: expert e gives act(x·w1[e] + b1[e])·w2[e] + b2[e].
    private static readonly Tensor s_router = T([0f, MathF.Log(3)], 1, 2);

    [Theory]
    [InlineData("relu", 6f)]
    [InlineData("identity", 6f)]
    [InlineData("silu", 5.9851643f)]
    [InlineData("gelu", 6f)]
    public void MoE_OneExpert_IsItsTwoProducts(string activation, float inner) =>
        Near([0.75f * ((inner / 2) - 1)], [1, 1], Mix([T([2f], 1, 1), s_router, T([9f, 2.5f], 2, 1, 1), T([0f, 1], 2, 1), T([1f, 0.5f], 2, 1, 1), T([0f, -1], 2, 1)], ("activation_type", activation)));

    [Fact]
    public void MoE_TwoExperts_AddWeighted() =>
        Near([(0.25f * 4) + (0.75f * 6)], [1, 1], Mix([T([2f], 1, 1), s_router, T([2f, 3], 2, 1, 1), null, T([1f, 1], 2, 1, 1)], ("k", 2L)));

    [Fact]
    public void MoE_Normalized_WeighsTheChosenAlone() =>
        Near([6f], [1, 1], Mix([T([2f], 1, 1), s_router, T([2f, 3], 2, 1, 1), null, T([1f, 1], 2, 1, 1)], ("normalize_routing_weights", 1L)));

    [Fact]
    public void MoE_ThirdMatrix_GatesTheActivation() =>
        Near([0.75f * 6 * 8], [1, 1], Mix([T([2f], 1, 1), s_router, T([9f, 3], 2, 1, 1), null, T([1f, 1], 2, 1, 1), null, T([1f, 4], 2, 1, 1)]));

    [Theory]
    [InlineData(0L)]
    [InlineData(1L)]
    [InlineData(2L)]
    public void MoE_SwiGlu_TakesGateAndValueFromNeighboursHalvesOrTwoProducts(long fusion)
    {
        // g = 2·1.5 cut to 2.5, l = −2·3 cut to −2.5.
        float expected = 0.75f * (2.5f / (1 + MathF.Exp(-1.25f)) * (-2.5f + 1));
        Tensor first = fusion == 0 ? T([0f, 1.5f], 2, 1, 1) : T([0f, 0, 1.5f, -3], 2, 2, 1);
        EngineValue?[] inputs = fusion == 0 ? [T([2f], 1, 1), s_router, first, null, T([1f, 1], 2, 1, 1), null, T([0f, -3], 2, 1, 1)] : [T([2f], 1, 1), s_router, first, null, T([1f, 1], 2, 1, 1)];
        Near([expected], [1, 1], Mix(inputs, ("activation_type", "swiglu"), ("swiglu_fusion", fusion), ("activation_alpha", 0.5f), ("activation_beta", 1f), ("swiglu_limit", 2.5f)));
    }

    [Fact]
    public void MoE_SwiGluWithoutGate_SaysWhatIsMissing() =>
        Assert.Contains(
            "expected fc3_experts_weights, because swiglu_fusion 0",
            Assert.ThrowsAny<InferenceException>(() => Mix([T([2f], 1, 1), s_router, T([9f, 3], 2, 1, 1), null, T([1f, 1], 2, 1, 1)], ("activation_type", "swiglu"))).Message,
            StringComparison.Ordinal);

    [Fact]
    public void MoE_MoreExpertsThanThereAre_IsRefused() =>
        Assert.Contains(
            "expected at least k = 3 experts",
            Assert.ThrowsAny<InferenceException>(() => Mix([T([2f], 1, 1), s_router, T([9f, 3], 2, 1, 1), null, T([1f, 1], 2, 1, 1)], ("k", 3L))).Message,
            StringComparison.Ordinal);

    [Fact]
    public void QMoE_CodesAreInTheLowBitsFirst_LessTheZeroPoint()
    {
        // Row [1, 2] of expert 1 in codes of 4 bits: (9 − 8, 10 − 8); then [3] on a second row of inner size 2, both with scale ½.
        Tensor first = T<byte>([0x88, 0x88, 0xA9, 0xB8], 2, 2, 1);
        Tensor second = T<byte>([0x88, 0x88, 0x99, 0x89], 2, 2, 1);
        EngineValue?[] inputs = [T([2f, 4], 1, 2), s_router, first, T([0.5f, 0.5f, 0.5f, 0.5f], 2, 2), null, second, T([1f, 1, 1, 1], 2, 2), null];

        // The first product: ½·(2 + 8) = 5, ½·3·4 = 6; the second: 5 + 6 and 5.
        Near([11f, 5], [1, 2], (Tensor)RunAll("QMoE", inputs, [], 1, 1, "com.microsoft")[0]!);
    }

    [Theory]
    [InlineData(0L, new[] { 0f, 1, 1, 2 })]
    [InlineData(1L, new[] { 0f, 1, 2, 0 })]
    public void MRotary_Layout_PicksThePositionOfEachAngle(long layout, float[] cosines)
    {
        // cos[position, angle] = the position, sin = 0: what is rotated is multiplied by its position.
        Tensor x = T([1f, 1, 1, 1, 1, 1, 1, 1], 1, 1, 1, 8);
        Tensor cos = T([0f, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2], 3, 4);
        Tensor sin = T(new float[12], 3, 4);
        EngineValue?[] inputs = [x, T<long>([0, 1, 2], 3, 1, 1), cos, sin];
        Near([.. cosines, .. cosines], [1, 1, 1, 8], (Tensor)RunAll("MRotaryEmbedding", inputs, [("mrope_section", new long[] { 1, 2, 1 }), ("mrope_layout", layout)], 1, 1, "com.microsoft")[0]!);
    }

    [Fact]
    public void MRotary_PositionBeyondTheCaches_IsRefused() =>
        Assert.Contains(
            "expected positions in [0, 1]",
            Assert.Throws<InvalidInputException>(() => RunAll("MRotaryEmbedding", [T([1f, 2], 1, 1, 1, 2), T<long>([0, 2, 0], 3, 1, 1), T([1f, 1], 2, 1), T([0f, 0], 2, 1)], [("mrope_section", new long[] { 0, 1, 0 })], 1, 1, "com.microsoft")).Message,
            StringComparison.Ordinal);

    private static Tensor Mix(EngineValue?[] inputs, params (string Name, object Value)[] attributes) => (Tensor)RunAll("MoE", inputs, attributes, 1, 1, "com.microsoft")[0]!;
}
