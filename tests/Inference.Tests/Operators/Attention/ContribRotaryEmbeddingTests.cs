using static Inference.Tests.Operators.OperatorHarness;

namespace Inference.Tests.Operators.Attention;

public sealed class ContribRotaryEmbeddingTests
{
    private static readonly Tensor s_cos = T([1f, 0, -1], 3, 1);
    private static readonly Tensor s_sin = T([0f, 1, 0], 3, 1);

    [Fact]
    public void Positions_OfEachRow_OrOfTheFirst()
    {
        Tensor x = T([1f, 2, 1, 2], 1, 2, 2);
        Near([1f, 2, -2, 1], [1, 2, 2], Turn([x, T<long>([0, 1], 1, 2), s_cos, s_sin]));
        Near([-2f, 1, -1, -2], [1, 2, 2], Turn([x, T<long>([1]), s_cos, s_sin]));
        Near([-2f, 1, -1, -2], [1, 2, 2], Turn([x, S(1L), s_cos, s_sin]));
    }

    [Fact]
    public void Heads_BehindEachOther_OrOfTheirOwnAxis()
    {
        Near([-2f, 1, -4, 3], [1, 1, 4], Turn([T([1f, 2, 3, 4], 1, 1, 4), T<long>([1]), s_cos, s_sin]));
        Near([1f, 2, -4, 3], [1, 1, 2, 2], Turn([T([1f, 2, 3, 4], 1, 1, 2, 2), T<long>([0]), s_cos, s_sin]));
        Near([1f, 2, 3, 4], [1, 2, 1, 2], Turn([T([1f, 2, 3, 4], 1, 2, 1, 2), T<long>([0]), s_cos, s_sin]));
    }

    [Fact]
    public void Interleaved_TurnsNeighbours()
    {
        Tensor x = T([1f, 2, 3, 4], 1, 1, 4);
        Tensor cos = T(new float[2], 1, 2);
        Tensor sin = T([1f, 1], 1, 2);
        Near([-3f, -4, 1, 2], [1, 1, 4], Turn([x, T<long>([0]), cos, sin]));
        Near([-2f, 1, -4, 3], [1, 1, 4], Turn([x, T<long>([0]), cos, sin], ("interleaved", 1L)));
    }

    [Fact]
    public void Partial_CopiesTheRest() =>
        Near([-2f, 1, 3], [1, 1, 3], Turn([T([1f, 2, 3], 1, 1, 3), T<long>([1]), s_cos, s_sin], ("rotary_embedding_dim", 2L), ("num_heads", 1L)));

    [Fact]
    public void Errors_SayWhatWasExpected()
    {
        Fails("input 1: expected positions in [0, 2], the rows of the caches, got 3.", [T(new float[2], 1, 1, 2), T<long>([3]), s_cos, s_sin]);
        Fails("expected an even rotary_embedding_dim ≥ 0 together with num_heads, got rotary_embedding_dim 2 and num_heads 0.", [T(new float[2], 1, 1, 2), T<long>([0]), s_cos, s_sin], ("rotary_embedding_dim", 2L));
        Fails("input 0: expected 3 heads, as in the attribute num_heads, got [1,1,1,2].", [T(new float[2], 1, 1, 1, 2), T<long>([0]), s_cos, s_sin], ("num_heads", 3L));
        Fails("got rotary_embedding_dim 0, num_heads 0, input [1,1,3] and caches [3,1].", [T(new float[3], 1, 1, 3), T<long>([0]), s_cos, s_sin]);
    }

    private static void Fails(string message, EngineValue?[] inputs, params (string Name, object Value)[] attributes) =>
        Assert.Contains(message, Assert.ThrowsAny<InferenceException>(() => Turn(inputs, attributes)).Message, StringComparison.Ordinal);

    private static Tensor Turn(EngineValue?[] inputs, params (string Name, object Value)[] attributes) => (Tensor)RunAll("RotaryEmbedding", inputs, attributes, 1, 1, Domains.Microsoft)[0]!;
}
