using static Inference.Tests.Operators.OperatorHarness;

namespace Inference.Tests.Operators.Structure;

/// <summary>Rows that are shared out over threads.</summary>
public sealed class GatherThreadTests
{
    [Theory]
    [InlineData(1, 300, 97, 700)]
    [InlineData(5, 40, 300, 33)]
    [InlineData(700, 9, 1, 301)]
    [InlineData(3, 7, 40_000, 1)]
    public void Gather_OnThreads_EqualsFormula(int outer, int size, int inner, int count)
    {
        float[] x = [.. Enumerable.Range(0, outer * size * inner).Select(i => (float)i)];
        long[] indices = [.. Enumerable.Range(0, count).Select(i => (long)((i * 7919) % (2 * size)) - size)];
        float[] expected =
        [
            .. from o in Enumerable.Range(0, outer)
               from i in indices
               from k in Enumerable.Range(0, inner)
               select x[(((o * size) + (i < 0 ? i + size : i)) * inner) + k],
        ];
        foreach (int threads in (int[])[1, 3])
        {
            Same(expected, [outer, count, inner], (Tensor)RunAll("Gather", [T(x, outer, size, inner), T(indices, count)], [("axis", 1L)], threads: threads)[0]!);
        }
    }

    [Fact]
    public void Gather_SeveralIndicesOutOfRange_NamesTheFirstWhateverTheThreads()
    {
        long[] indices = [.. Enumerable.Range(0, 5000).Select(i => i is 3999 or 1234 or 4800 ? 10L : i % 10)];
        foreach (int threads in (int[])[1, 3])
        {
            InferenceException error = Assert.ThrowsAny<InferenceException>(() => RunAll("Gather", [T(new float[10 * 64], 10, 64), T(indices, indices.Length)], threads: threads));
            Assert.Contains("got 10 at position 1234", error.Message, StringComparison.Ordinal);
        }
    }
}
