using static Inference.Tests.Operators.OperatorHarness;

namespace Inference.Tests.Operators.Attention;

/// <summary>Queries of zeros see every key alike: the output is the mean of the values seen.</summary>
public sealed class GroupQueryAttentionTests
{
    private static readonly Tensor s_zeros = T(new float[2], 1, 2, 1);
    private static readonly Tensor s_values = T([10f, 30], 1, 2, 1);

    [Fact]
    public void Prompt_SeesThePastOnly_AndKeepsKeysAndValues()
    {
        EngineValue?[] y = Attend([s_zeros, T([1f, 2], 1, 2, 1), s_values, null, null, T([1]), S(2)], 3);
        Near([10f, 20], [1, 2, 1], (Tensor)y[0]!);
        Near([1f, 2], [1, 1, 2, 1], (Tensor)y[1]!);
        Near([10f, 30], [1, 1, 2, 1], (Tensor)y[2]!);
    }

    [Fact]
    public void Prompt_NotCausal_SeesAll() => Near([20f, 20], [1, 2, 1], One([s_zeros, s_zeros, s_values, null, null, T([1]), S(2)], ("causal", 0L)));

    [Fact]
    public void Prompt_ShorterThanOthers_SeesItsOwnLength() =>
        Near([10f, 20, 50, 50], [2, 2, 1], One([T(new float[4], 2, 2, 1), T(new float[4], 2, 2, 1), T([10f, 30, 50, 70], 2, 2, 1), null, null, T([1, 0]), S(2)], ("causal", 1L)));

    [Fact]
    public void Step_AfterAPastWithRoom_WritesBehindItsEnd_AndClearsTheRest()
    {
        Tensor past = T([1f, 99, 99, 3, 4, 99], 2, 1, 3, 1);
        EngineValue?[] y = Attend([T(new float[2], 2, 1, 1), T([7f, 8], 2, 1, 1), T([7f, 8], 2, 1, 1), past, past, T([1, 2]), S(3)], 3);
        Near([4f, 5], [2, 1, 1], (Tensor)y[0]!);
        Near([1f, 7, 0, 3, 4, 8], [2, 1, 3, 1], (Tensor)y[1]!);
        Near([1f, 7, 0, 3, 4, 8], [2, 1, 3, 1], (Tensor)y[2]!);
    }

    [Fact]
    public void Step_OfSeveralPositions_SeesThePast()
    {
        Tensor past = T([1f], 1, 1, 1, 1);
        EngineValue?[] y = Attend([s_zeros, s_zeros, T([5f, 9], 1, 2, 1), past, past, T([2]), S(3)], 3);
        Near([3f, 5], [1, 2, 1], (Tensor)y[0]!);
        Near([1f, 5, 9], [1, 1, 3, 1], (Tensor)y[2]!);
    }

    [Fact]
    public void Heads_OfAGroup_ShareKeys() =>
        Near([10f, 10, 20, 20], [1, 1, 4], One([T(new float[4], 1, 1, 4), T(new float[2], 1, 1, 2), T([10f, 20], 1, 1, 2), null, null, T([0]), S(1)], ("num_heads", 4L), ("kv_num_heads", 2L)));

    [Fact]
    public void Packed_TakesKeysAndValuesBehindTheQueries()
    {
        EngineValue?[] y = Attend([T([0f, 0, 1, 10, 0, 0, 2, 30], 1, 2, 4), null, null, null, null, T([1]), S(2)], 3, ("num_heads", 2L));
        Near([10f, 10, 20, 20], [1, 2, 2], (Tensor)y[0]!);
        Near([1f, 2], [1, 1, 2, 1], (Tensor)y[1]!);
    }

    [Fact]
    public void Keys_WithoutRows_AttendThePast()
    {
        Tensor none = T(Array.Empty<float>(), 1, 0, 1);
        Tensor past = T([2f, 4, 99], 1, 1, 3, 1);
        EngineValue?[] y = Attend([T(new float[1], 1, 1, 1), none, none, past, past, T([1]), S(2)], 3);
        Near([3f], [1, 1, 1], (Tensor)y[0]!);
        Near([2f, 4, 0], [1, 1, 3, 1], (Tensor)y[1]!);
    }

    [Fact]
    public void Window_KeepsTheNewestKeys() =>
        Near([1f, 2, 4], [1, 3, 1], One([T(new float[3], 1, 3, 1), T(new float[3], 1, 3, 1), T([1f, 3, 5], 1, 3, 1), null, null, T([2]), S(3)], ("local_window_size", 2L)));

    [Fact]
    public void Softmax_WithASmoothTerm_OrSinks()
    {
        EngineValue?[] one = [T(new float[2], 1, 1, 2), T(new float[1], 1, 1, 1), T([12f], 1, 1, 1), null, null, T([0]), S(1)];
        Near([6f, 6], [1, 1, 2], One(one, ("num_heads", 2L), ("smooth_softmax", 1L)));
        Near([6f, 3], [1, 1, 2], One([.. one, null, null, null, null, T([0f, MathF.Log(3)])], ("num_heads", 2L)));
    }

    [Fact]
    public void Scores_ScaledCappedAndBiased_AreAnOutput()
    {
        EngineValue?[] inputs = [T([1f], 1, 1, 1), T([2f], 1, 1, 1), T([5f], 1, 1, 1), null, null, T([0]), S(1), null, null, null, T([1f], 1, 1, 1, 1)];
        Near([3 * MathF.Tanh(2) + 1], [1, 1, 1, 1], (Tensor)Attend(inputs, 4, ("scale", 3f), ("softcap", 3f), ("qk_output", 1L))[3]!);
        Near([1f], [1, 1, 1, 1], (Tensor)Attend(inputs, 4, ("qk_output", 2L))[3]!);
    }

    [Fact]
    public void Bias_BroadcastsOverSequencesAndHeads() =>
        Near([30f, 10], [1, 2, 1], One([s_zeros, s_zeros, s_values, null, null, T([1]), S(2), null, null, null, T([-1e9f, 0, 0, -1e9f], 1, 1, 2, 2)], ("causal", 0L)));

    [Fact]
    public void Rotary_TurnsKeysByTheirPositions()
    {
        Tensor x = T([1f, 2, 1, 2], 1, 2, 2);
        Tensor cos = T([1f, 0, -1], 3, 1);
        Tensor sin = T([0f, 1, 0], 3, 1);
        (string, object) turn = ("do_rotary", 1L);
        Near([1f, 2, -2, 1], [1, 1, 2, 2], (Tensor)Attend([x, x, x, null, null, T([1]), S(2), cos, sin], 3, turn)[1]!);

        // Of a prompt's positions the first is read alone.
        Near([-2f, 1, -1, -2], [1, 1, 2, 2], (Tensor)Attend([x, x, x, null, null, T([1]), S(2), cos, sin, T<long>([1, 77], 1, 2)], 3, turn)[1]!);
        Tensor past = T(new float[2], 1, 1, 1, 2);
        Tensor one = T([1f, 2], 1, 1, 2);
        Near([0f, 0, -2, 1], [1, 1, 2, 2], (Tensor)Attend([one, one, one, past, past, T([1]), S(2), cos, sin], 3, turn)[1]!);
        Near([0f, 0, -1, -2], [1, 1, 2, 2], (Tensor)Attend([one, one, one, past, past, T([1]), S(2), cos, sin, T<long>([2], 1, 1)], 3, turn)[1]!);
    }

    [Fact]
    public void Rotary_InterleavedAndPartial()
    {
        Tensor x = T([1f, 2, 3, 4, 5], 1, 1, 5);
        Near([-2f, 1, -4, 3, 5], [1, 1, 1, 5], (Tensor)Attend([x, x, x, null, null, T([0]), S(1), T(new float[2], 1, 2), T([1f, 1], 1, 2)], 3, ("do_rotary", 1L), ("rotary_interleaved", 1L))[1]!);
        Near([-3f, -4, 1, 2, 5], [1, 1, 1, 5], (Tensor)Attend([x, x, x, null, null, T([0]), S(1), T(new float[2], 1, 2), T([1f, 1], 1, 2)], 3, ("do_rotary", 1L))[1]!);
    }

    [Fact]
    public void SlidingCache_GivesUpItsOldestRows()
    {
        // Of four positions with one more, a cache of 3 rows and a window of 2 keeps 3: T − G·⌈(T − C)/G⌉ = 5 − 2·1.
        Tensor past = T([3f, 4, 99], 1, 1, 3, 1);
        EngineValue?[] y = Attend([T(new float[1], 1, 1, 1), T([5f], 1, 1, 1), T([5f], 1, 1, 1), past, past, T([4]), S(5)], 3, ("local_window_size", 2L), ("sliding_window_cache", 1L));
        Near([4.5f], [1, 1, 1], (Tensor)y[0]!);
        Near([3f, 4, 5], [1, 1, 3, 1], (Tensor)y[1]!);
        past = T([3f, 4, 5], 1, 1, 3, 1);
        y = Attend([T(new float[1], 1, 1, 1), T([6f], 1, 1, 1), T([6f], 1, 1, 1), past, past, T([5]), S(6)], 3, ("local_window_size", 2L), ("sliding_window_cache", 1L));
        Near([5.5f], [1, 1, 1], (Tensor)y[0]!);
        Near([5f, 6, 0], [1, 1, 3, 1], (Tensor)y[2]!);
    }

    [Fact]
    public void QuantizedCache_RoundsWhatItKeeps()
    {
        (string, object)[] kinds = [("k_quant_type", "PER_TENSOR"), ("v_quant_type", "PER_TENSOR")];
        EngineValue?[] y = Attend(
            [T(new float[2], 1, 1, 2), T([1.3f, 0], 1, 1, 2), T([2.2f, -100], 1, 1, 2), T<sbyte>([1, 2], 1, 1, 1, 2), T<sbyte>([4, -128], 1, 1, 1, 2), T([1]), S(2), null, null, null, null, null, T([0.5f]), T([0.5f])],
            3, [.. kinds, ("kv_cache_bit_width", 8L)]);
        Same<sbyte>([1, 2, 3, 0], [1, 1, 2, 2], (Tensor)y[1]!);
        Same<sbyte>([4, -128, 4, -128], [1, 1, 2, 2], (Tensor)y[2]!);
        Near([2f, -64], [1, 1, 2], (Tensor)y[0]!);
        y = Attend(
            [T(new float[3], 1, 1, 3), T(new float[3], 1, 1, 3), T([2.2f, -1, 100], 1, 1, 3), null, null, T([0]), S(1), null, null, null, null, null, T([1f, 1, 1], 1, 1, 3), T([0.5f, 0.5f, 2], 1, 1, 3)],
            3, ("k_quant_type", "PER_CHANNEL"), ("v_quant_type", "PER_CHANNEL"), ("kv_cache_bit_width", 4L));
        Same<byte>([0x6C, 0x8F], [1, 1, 1, 2], (Tensor)y[2]!);
        Near([2f, -1, 14], [1, 1, 3], (Tensor)y[0]!);
    }

    [Fact]
    public void Half_RunsOnFloats()
    {
        Tensor half = T([(Half)10, (Half)30], 1, 2, 1);
        EngineValue?[] y = Attend([T(new Half[2], 1, 2, 1), half, half, null, null, T([1]), S(2)], 3);
        Same([(Half)10, (Half)20], [1, 2, 1], (Tensor)y[0]!);
        Same([(Half)10, (Half)30], [1, 1, 2, 1], (Tensor)y[1]!);
    }

    [Fact]
    public void Errors_SayWhatWasExpected()
    {
        Tensor past = T([1f], 1, 1, 1, 1);
        Fails("input 5: expected lengths minus one that fit in the 1 past and 1 new positions, got 2 for sequence 0; the longest is 2.", [T(new float[1], 1, 1, 1), T(new float[1], 1, 1, 1), T(new float[1], 1, 1, 1), past, past, T([2]), S(2)]);
        Fails("input 6: expected a length greater than 0 that fits in the 0 past and 2 new positions, and equal to 2 for several sequences with several new positions, got 3 for 1 sequences.", [s_zeros, s_zeros, s_values, null, null, T([1]), S(3)]);
        Fails("input 0: expected a hidden size divisible by 3 heads, got [1,2,1].", [s_zeros, null, null, null, null, T([1]), S(2)]);
        Fails("inputs 7 and 8: expected caches of cosines and sines for do_rotary, but they are omitted.", [s_zeros, s_zeros, s_values, null, null, T([1]), S(2)], ("do_rotary", 1L));
        Fails("expected positions in [0, 0], the rows of the caches of inputs 7 and 8, got 1.", [T(new float[4], 1, 2, 2), T(new float[4], 1, 2, 2), T(new float[4], 1, 2, 2), null, null, T([1]), S(2), T([1f], 1, 1), T([1f], 1, 1)], ("do_rotary", 1L));
        Fails("expected kv_num_heads to divide num_heads, got kv_num_heads 1 and num_heads 0.", [s_zeros, s_zeros, s_values, null, null, T([1]), S(2)], ("num_heads", 0L));
        Fails("input 10: expected 2 rows of at least 2 keys, got", [s_zeros, s_zeros, s_values, null, null, T([1]), S(2), null, null, null, T([1f, 1], 1, 1, 2, 1)]);
    }

    private static void Fails(string message, EngineValue?[] inputs, params (string Name, object Value)[] attributes) =>
        Assert.Contains(message, Assert.ThrowsAny<InferenceException>(() => Attend(inputs, 3, attributes)).Message, StringComparison.Ordinal);

    private static Tensor One(EngineValue?[] inputs, params (string Name, object Value)[] attributes) => (Tensor)Attend(inputs, 1, attributes)[0]!;

    private static EngineValue?[] Attend(EngineValue?[] inputs, int outputs, params (string Name, object Value)[] attributes)
    {
        (string, object)[] all = [.. new (string Name, object Value)[] { ("num_heads", 1L), ("kv_num_heads", 1L) }.Where(own => !attributes.Any(a => a.Name == own.Name)), .. attributes];
        return RunAll("GroupQueryAttention", inputs, all, outputs, 1, Domains.Microsoft);
    }
}
