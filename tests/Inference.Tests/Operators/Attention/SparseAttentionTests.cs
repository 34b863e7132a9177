using static Inference.Tests.Operators.OperatorHarness;

namespace Inference.Tests.Operators.Attention;

/// <summary>Queries of zeros see every key alike: the output is the mean of the values seen.</summary>
public sealed class SparseAttentionTests
{
    private static readonly Tensor s_past = T([99f, 99, 99, 99], 1, 1, 4, 1);

    // Block rows of one position: 0 sees itself, 1 itself alone, 2 blocks 0 and 2.
    private static readonly Tensor s_rows = T([0, 1, 2, 4], 1, 4);
    private static readonly Tensor s_columns = T([0, 1, 0, 2], 1, 4);

    [Fact]
    public void Prompt_SeesTheBlocksOfItsLayout_AndKeepsThePastBehindIt()
    {
        Tensor zeros = T(new float[3], 1, 3, 1);
        EngineValue?[] y = Attend([zeros, zeros, T([1f, 3, 5], 1, 3, 1), s_past, s_past, s_rows, s_columns, S(3), T([3])]);
        Near([1f, 3, 3], [1, 3, 1], (Tensor)y[0]!);
        Near([0f, 0, 0, 99], [1, 1, 4, 1], (Tensor)y[1]!);
        Near([1f, 3, 5, 99], [1, 1, 4, 1], (Tensor)y[2]!);
    }

    [Fact]
    public void Step_WritesAtItsPosition()
    {
        Tensor past = T([1f, 3, 99, 99], 1, 1, 4, 1);
        EngineValue?[] y = Attend([T(new float[1], 1, 1, 1), T(new float[1], 1, 1, 1), T([5f], 1, 1, 1), past, past, s_rows, s_columns, S(3), T([3])]);
        Near([3f], [1, 1, 1], (Tensor)y[0]!);
        Near([1f, 3, 5, 99], [1, 1, 4, 1], (Tensor)y[2]!);
    }

    [Fact]
    public void Heads_TakeLayoutsInTurn()
    {
        Tensor zeros = T(new float[4], 1, 2, 2);
        Tensor past = T(new float[4], 1, 2, 2, 1);
        EngineValue?[] y = Attend(
            [zeros, zeros, T([1f, 1, 3, 3], 1, 2, 2), past, past, T([0, 1, 2, 0, 1, 3], 2, 3), T([0, 1, -1, 0, 0, 1], 2, 3), S(2), T([2])], ("num_heads", 2L), ("kv_num_heads", 2L));
        Near([1f, 1, 3, 2], [1, 2, 2], (Tensor)y[0]!);
    }

    [Fact]
    public void Blocks_HoldSeveralPositions()
    {
        Tensor zeros = T(new float[4], 1, 4, 1);
        EngineValue?[] y = Attend([zeros, zeros, T([1f, 3, 5, 7], 1, 4, 1), s_past, s_past, T([0, 1, 2], 1, 3), T([0, 1], 1, 2), S(4), T([4])], ("sparse_block_size", 2L));
        Near([1f, 2, 5, 6], [1, 4, 1], (Tensor)y[0]!);
    }

    [Fact]
    public void Errors_SayWhatWasExpected()
    {
        Tensor zeros = T(new float[3], 1, 3, 1);
        Fails("input 5: expected offsets in order within the 4 columns of input 6, got 1 in layout 0 at 2.", [zeros, zeros, zeros, s_past, s_past, T([0, 2, 1, 4], 1, 4), s_columns, S(3), T([3])]);
        Fails("input 6: expected columns in [0, 2], got 3 in layout 0 at 1.", [zeros, zeros, zeros, s_past, s_past, s_rows, T([0, 3, 0, 2], 1, 4), S(3), T([3])]);
        Fails("input 5: expected blocks of 1 positions that cover 3, got 2.", [zeros, zeros, zeros, s_past, s_past, T([0, 1, 2], 1, 3), s_columns, S(3), T([3])]);
        Fails("input 7: expected a length greater than 0 that fits in the 4 past", [zeros, zeros, zeros, s_past, s_past, s_rows, s_columns, S(5), T([3])]);
        Fails("input 8: expected lengths that fit in the 4 past and 3 new positions, got 0 for sequence 0; the longest is 3.", [zeros, zeros, zeros, s_past, s_past, s_rows, s_columns, S(3), T([0])]);
        Fails("attribute 'sparse_block_size': expected a number of positions greater than 0, got 0.", [zeros, zeros, zeros, s_past, s_past, s_rows, s_columns, S(3), T([3])], ("sparse_block_size", 0L));
    }

    private static void Fails(string message, EngineValue?[] inputs, params (string Name, object Value)[] attributes) =>
        Assert.Contains(message, Assert.ThrowsAny<InferenceException>(() => Attend(inputs, attributes)).Message, StringComparison.Ordinal);

    private static EngineValue?[] Attend(EngineValue?[] inputs, params (string Name, object Value)[] attributes)
    {
        (string, object)[] all = [.. new (string Name, object Value)[] { ("num_heads", 1L), ("kv_num_heads", 1L), ("sparse_block_size", 1L) }.Where(own => !attributes.Any(a => a.Name == own.Name)), .. attributes];
        return RunAll("SparseAttention", inputs, all, 3, 1, Domains.Microsoft);
    }
}
