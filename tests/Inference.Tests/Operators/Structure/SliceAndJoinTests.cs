using static Inference.Tests.Operators.OperatorHarness;

namespace Inference.Tests.Operators.Structure;

public sealed class SliceAndJoinTests
{
    private static readonly Tensor s_line = T([0f, 1, 2, 3, 4, 5]);

    public static TheoryData<long, long, long, float[]> Slices => new()
    {
        { 1, 4, 1, [1, 2, 3] },
        { -2, long.MaxValue, 1, [4, 5] },
        { 0, -1, 2, [0, 2, 4] },
        { 5, long.MinValue, -2, [5, 3, 1] },
        { -1, -4, -1, [5, 4, 3] },
        { 100, 2, -3, [5] },
        { 4, 2, 1, [] },
    };

    [Theory]
    [MemberData(nameof(Slices))]
    public void Slice_FollowsPythonsRules(long start, long end, long step, float[] expected) =>
        Same(expected, [expected.Length], Run("Slice", [s_line, T([start]), T([end]), T<long>([0]), T([step])]));

    [Fact]
    public void Slice_OfOldOpset_ReadsAttributes() =>
        Same([2f, 3], [1, 2], Run(9, "Slice", [T([0f, 1, 2, 3], 2, 2)], ("starts", new long[] { 1 }), ("ends", new long[] { 9 }), ("axes", new long[] { 0 })));

    [Fact]
    public void Slice_WithStepZero_IsAnError() =>
        Assert.EndsWith("steps: expected values other than 0, got 0.", Assert.Throws<ModelLoadException>(() => Run("Slice", [s_line, T<long>([0]), T<long>([1]), T<long>([0]), T<long>([0])])).Message);

    [Fact]
    public void Concat_JoinsAlongAnyAxis()
    {
        Tensor a = T([1f, 2], 1, 2);
        Tensor b = T([3f, 4], 1, 2);
        Same([1f, 2, 3, 4], [2, 2], Run("Concat", [a, b], ("axis", 0L)));
        Same([1f, 2, 3, 4], [1, 4], Run("Concat", [a, b], ("axis", -1L)));
        Same(["a", "b"], [2], Run("Concat", [T(["a"]), T(["b"])], ("axis", 0L)));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 4)]
    [InlineData(5, 7)]
    [InlineData(16, 13)]
    [InlineData(130, 128)]
    public void ConcatAndSlice_OfShortRuns_EqualTheFormula(int first, int second)
    {
        const int Rows = 7;
        int width = first + second;
        float[] whole = [.. Enumerable.Range(0, Rows * width).Select(i => (float)i)];
        byte[] bytes = [.. whole.Select(v => (byte)v)];
        string[] texts = [.. whole.Select(v => $"{v}")];
        Check(whole);
        Check(bytes);
        Check(texts);

        void Check<E>(E[] values)
        {
            E[] left = [.. values.Where((_, i) => i % width < first)];
            E[] right = [.. values.Where((_, i) => i % width >= first)];
            Same(values, [Rows, width], Run("Concat", [T(left, Rows, first), T(right, Rows, second)], ("axis", 1L)));
            Same(right, [Rows, second], Run("Slice", [T(values, Rows, width), T<long>([first]), T<long>([width]), T<long>([1])]));
        }
    }

    [Fact]
    public void Concat_OfOtherRank_IsAnError() => Assert.Throws<ModelLoadException>(() => Run("Concat", [T([1f]), T([1f], 1, 1)], ("axis", 0L)));

    [Fact]
    public void Split_GivesPartsOfGivenAndEqualLength()
    {
        EngineValue?[] parts = RunAll("Split", [s_line, T<long>([1, 5])], [("axis", 0L)], 2);
        Same([0f], [1], (Tensor)parts[0]!);
        Same([1f, 2, 3, 4, 5], [5], (Tensor)parts[1]!);
        parts = RunAll("Split", [T([0f, 1, 2, 3, 4])], [("num_outputs", 2L)], 2);
        Same([0f, 1, 2], [3], (Tensor)parts[0]!);
        Same([3f, 4], [2], (Tensor)parts[1]!);
        Assert.Throws<ModelLoadException>(() => RunAll("Split", [s_line, T<long>([1, 1])], null, 2));
    }

    [Fact]
    public void Pad_HasFourModes()
    {
        Tensor x = T([1f, 2, 3]);
        Tensor pads = T<long>([2, 1]);
        Same([9f, 9, 1, 2, 3, 9], [6], Run("Pad", [x, pads, S(9f)]));
        Same([3f, 2, 1, 2, 3, 2], [6], Run("Pad", [x, pads], ("mode", "reflect")));
        Same([1f, 1, 1, 2, 3, 3], [6], Run("Pad", [x, pads], ("mode", "edge")));
        Same([2f, 3, 1, 2, 3, 1], [6], Run("Pad", [x, pads], ("mode", "wrap")));
        Same([2f], [1], Run("Pad", [x, T<long>([-1, -1])]));
        Same([0f, 1, 2, 3], [4], Run(10, "Pad", [x], ("pads", new long[] { 1, 0 })));
    }

    [Fact]
    public void Expand_And_Tile_Repeat()
    {
        Same([1f, 1, 2, 2], [2, 2], Run("Expand", [T([1f, 2], 2, 1), T<long>([1, 2])]));
        Same([1f, 2, 1, 2], [4], Run("Tile", [T([1f, 2]), T<long>([2])]));
        Same<float>([], [0], Run("Tile", [T([1f, 2]), T<long>([0])]));
        Assert.Throws<ModelLoadException>(() => Run("Expand", [T([1f, 2, 3]), T<long>([2])]));
    }

    [Fact]
    public void Range_CountsUpAndDown()
    {
        Same([3L, 1, -1], [3], Run("Range", [S(3L), S(-2L), S(-2L)]));
        Near([0f, 0.5f, 1f], [3], Run("Range", [S(0f), S(1.4f), S(0.5f)]));
        Same<int>([], [0], Run("Range", [S(3), S(1), S(1)]));
        Same([long.MinValue, -1L, long.MaxValue - 1], [3], Run("Range", [S(long.MinValue), S(long.MaxValue), S(long.MaxValue)]));
        Same([long.MaxValue, -1L], [2], Run("Range", [S(long.MaxValue), S(long.MinValue), S(long.MinValue)]));
        Assert.Throws<ModelLoadException>(() => Run("Range", [S(0), S(1), S(0)]));
    }

    [Fact]
    public void DepthToSpace_UndoesSpaceToDepth_AndKnowsBothOrders()
    {
        Tensor x = T([0f, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15], 1, 1, 4, 4);
        Tensor deep = Run("SpaceToDepth", [x], ("blocksize", 2L));
        Assert.Equal([1L, 4, 2, 2], deep.Dims.ToArray());
        Same(x.Span<float>().ToArray(), [1, 1, 4, 4], Run("DepthToSpace", [deep], ("blocksize", 2L)));
        Tensor channels = T([0f, 1, 2, 3, 4, 5, 6, 7], 1, 8, 1, 1);
        Same([0f, 2, 4, 6, 1, 3, 5, 7], [1, 2, 2, 2], Run("DepthToSpace", [channels], ("blocksize", 2L)));
        Same([0f, 1, 2, 3, 4, 5, 6, 7], [1, 2, 2, 2], Run("DepthToSpace", [channels], ("blocksize", 2L), ("mode", "CRD")));
    }
}
