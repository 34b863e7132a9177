using static Inference.Tests.Operators.OperatorHarness;

namespace Inference.Tests.Operators.Attention;

/// <summary>Queries of zeros see every key alike: the output is the mean of the values seen.</summary>
public sealed class MultiHeadAttentionTests
{
    private const string Plain = "MultiHeadAttention";
    private const string Step = "DecoderMaskedMultiHeadAttention";

    private static readonly Tensor s_one = T(new float[1], 1, 1, 1);

    [Fact]
    public void Packed_QueriesKeysAndValues()
    {
        // [B, S, H, 3, D]: two rows of two heads.
        Tensor packed = T([0f, 1, 10, 0, 2, 20, 0, 3, 30, 0, 4, 40], 1, 2, 2, 3, 1);
        EngineValue?[] y = RunAll(Plain, [packed], [("num_heads", 2L)], 3, 1, Domains.Microsoft);
        Near([20f, 30, 20, 30], [1, 2, 2], (Tensor)y[0]!);
        Near([1f, 3, 2, 4], [1, 2, 2, 1], (Tensor)y[1]!);
        Near([10f, 30, 20, 40], [1, 2, 2, 1], (Tensor)y[2]!);
    }

    [Fact]
    public void Packed_KeysAndValues()
    {
        Tensor keys = T([1f, 10, 2, 20, 3, 30, 4, 40], 1, 2, 2, 2, 1);
        EngineValue?[] y = RunAll(Plain, [T(new float[2], 1, 1, 2), keys], [("num_heads", 2L)], 3, 1, Domains.Microsoft);
        Near([20f, 30], [1, 1, 2], (Tensor)y[0]!);
        Near([1f, 3, 2, 4], [1, 2, 2, 1], (Tensor)y[1]!);
    }

    [Fact]
    public void Packed_Step_WithABias()
    {
        EngineValue?[] y = RunAll(Step, [T([0f, 1, 10], 1, 1, 3), null, null, null, null, null, null, null, null, null, T([0f, 2, 5], 3)], [("num_heads", 1L)], 3, 1, Domains.Microsoft);
        Near([15f], [1, 1, 1], (Tensor)y[0]!);
        Near([3f], [1, 1, 1, 1], (Tensor)y[1]!);
    }

    [Fact]
    public void Past_WithRoom_TakesTheNewRowsBehindThoseFilled()
    {
        Tensor past = T([2f, 4, 99, 99], 1, 1, 4, 1);
        EngineValue?[] y = RunAll(Plain, [s_one, T([7f], 1, 1, 1), T([9f], 1, 1, 1), null, null, null, past, past, S(2)], [("num_heads", 1L)], 3, 1, Domains.Microsoft);
        Near([5f], [1, 1, 1], (Tensor)y[0]!);
        Near([2f, 4, 7, 99], [1, 1, 4, 1], (Tensor)y[1]!);
        Near([2f, 4, 9, 99], [1, 1, 4, 1], (Tensor)y[2]!);
    }

    [Fact]
    public void Past_OfBeams_IsTakenFromWhereEachPositionCame()
    {
        Tensor past = T([2f, 4, 99, 6, 8, 99], 2, 1, 3, 1);
        Tensor zeros = T(new float[2], 2, 1, 1);
        EngineValue?[] y = RunAll(Step, [zeros, zeros, T([9f, 12], 2, 1, 1), null, null, past, past, S(2), S(2), T([0, 1, 0, 0, 0, 0], 1, 2, 3)], [("num_heads", 1L), ("past_present_share_buffer", 1L)], 3, 1, Domains.Microsoft);

        // Row 0: beam 0 at 0, beam 1 at 1; row 1: beam 0 at both.
        Near([(2f + 8 + 9) / 3, (2f + 4 + 12) / 3], [2, 1, 1], (Tensor)y[0]!);
        Near([2f, 4, 9, 6, 8, 12], [2, 1, 3, 1], (Tensor)y[2]!);
    }

    [Fact]
    public void Scores_BeforeTheSoftmax_AreAnOutput()
    {
        EngineValue?[] y = RunAll(Plain, [T([1f], 1, 1, 1), T([2f, 3], 1, 2, 1), T([5f, 6], 1, 2, 1), null, T([1, 0], 1, 2), T([1f, 1], 1, 1, 1, 2)], [("num_heads", 1L), ("scale", 2f)], 4, 1, Domains.Microsoft);
        Near([5f, -9993], [1, 1, 1, 2], (Tensor)y[3]!);
    }

    [Fact]
    public void Causal_SeesThePastOnly() =>
        Near([10f, 20], [1, 2, 1], (Tensor)RunAll(Plain, [T(new float[2], 1, 2, 1), T(new float[2], 1, 2, 1), T([10f, 30], 1, 2, 1)], [("num_heads", 1L), ("unidirectional", 1L)], 1, 1, Domains.Microsoft)[0]!);

    [Fact]
    public void Errors_SayWhatWasExpected()
    {
        Tensor past = T([2f, 4], 1, 1, 2, 1);
        Fails(Plain, "input 8: expected a number of rows in [0, 1], because the past has room for 2 rows and 1 are added, got 2.", [s_one, s_one, s_one, null, null, null, past, past, S(2)]);
        Fails(Plain, "input 9: expected beams in [0, 0], got 1 for row 0 at 0.", [s_one, s_one, s_one, null, null, null, past, past, S(1), T([1, 0], 1, 1, 2)]);
        Fails(Plain, "input 0: expected [batch, rows, hidden] with keys and [batch, rows, heads, 3, depth] without, got [1,1,3].", [T(new float[3], 1, 1, 3)]);
        Fails(Plain, "inputs 1 and 2: expected key and value, only a key [batch, keys, heads, 2, depth], or neither, got a key [1,1,1] without value.", [s_one, s_one]);
        Fails(Plain, "input 0: expected shape [1,1,1,3,1], got [1,1,1,2,1].", [T(new float[2], 1, 1, 1, 2, 1)]);
        Fails(Plain, "input 4: expected a mask [B], [2B], [3B+2], [B,T], [B,S,T] or [B,1,M,M] for B=1, S=1, T=2, got [1,1].", [s_one, s_one, s_one, null, T([1], 1, 1), null, past, past, S(1)]);
        Fails(Step, "input 0: expected one position of each sequence, got [1,2,1].", [T(new float[2], 1, 2, 1), s_one, s_one]);
        Fails(Step, "input 9: expected 2 beams for 1 rows and at least 1 positions, got int32[1,1,2].", [s_one, s_one, s_one, null, null, past, past, S(1), S(2), T([0, 0], 1, 1, 2)]);
    }

    private static void Fails(string op, string message, EngineValue?[] inputs) =>
        Assert.Contains(message, Assert.ThrowsAny<InferenceException>(() => RunAll(op, inputs, [("num_heads", 1L)], 3, 1, Domains.Microsoft)).Message, StringComparison.Ordinal);
}
