using Inference.Kernels.Attention;

namespace Inference.Kernels.Tests.Attention;

public sealed unsafe class KeyBlocksTests
{
    private const int Heads = 3;
    private const int Depth = 16;

    /// <summary>Two layouts over three heads, columns in descending order; queries that start within a block or at its start.</summary>
    [Theory]
    [InlineData(1, 40, 90)]
    [InlineData(3, 17, 100)]
    [InlineData(16, 64, 192)]
    [InlineData(16, 1, 130)]
    [InlineData(32, 100, 700)]
    [InlineData(48, 144, 144)]
    [InlineData(64, 200, 1030)]
    [InlineData(100, 333, 1000)]
    [InlineData(128, 15, 500)]
    [InlineData(1 << 30, 50, 50)]
    public void Run_Blocks_EqualsFormula_AndDoesNotReadOthers(int size, int queries, int keys)
    {
        using NativeArray<float> q = Fill.Floats(Heads * queries * Depth, 1, -2f, 2f), k = Fill.Floats(keys * Depth, 2, -2f, 2f), v = Fill.Floats(keys * Depth, 3);
        using var y = new NativeArray<float>(Heads * queries * Depth);
        int blocks = (keys + size - 1) / size;
        bool[,] seen = new bool[2, blocks * blocks];
        int[] rows = new int[2 * (blocks + 1)];
        int[] columns = new int[2 * blocks * blocks];
        for (int layout = 0; layout < 2; layout++)
        {
            int at = 0;
            for (int r = 0; r < blocks; r++)
            {
                for (int c = r; c >= 0; c--)
                {
                    // The diagonal, one other, and every fourth or fifth.
                    if (c == r || c == r - 2 || c % (4 + layout) == 1)
                    {
                        seen[layout, (r * blocks) + c] = true;
                        columns[(layout * blocks * blocks) + at++] = c;
                    }
                }

                rows[(layout * (blocks + 1)) + r + 1] = at;
            }
        }

        // A block in between that nobody sees, as far as whole panels allow: 0 · NaN is NaN.
        int position = keys - queries;
        for (int c = 0; c < blocks; c++)
        {
            bool isSeen = false;
            for (int layout = 0; layout < 2; layout++)
            {
                for (int r = position / size; r < blocks; r++)
                {
                    isSeen |= seen[layout, (r * blocks) + c];
                }
            }

            if (!isSeen && size % MaskedKeys.Unit == 0)
            {
                v.Span.Slice(c * size * Depth, size * Depth).Fill(float.NaN);
            }
        }

        fixed (int* r = rows, c = columns)
        {
            var layout = new KeyBlocks { Rows = r, Columns = c, Layouts = 2, RowStride = blocks + 1, ColumnStride = blocks * blocks, Size = size, FirstHead = 1 };
            var a = new AttentionArguments
            {
                Query = q.Pointer, Key = k.Pointer, Value = v.Pointer, Output = y.Pointer, Batch = 1, Heads = Heads, KeyHeads = 1, QueryLength = queries, KeyLength = keys, HeadSize = Depth, ValueSize = Depth, Scale = 0.4f,
                QueryStride = Depth, QueryHeadStride = queries * Depth, KeyStride = Depth, ValueStride = Depth, OutputStride = Depth, OutputHeadStride = queries * Depth,
                Causal = true, CausalOffset = position, Blocks = &layout,
            };
            AttentionF32.Run(in a, 2);
        }

        for (int h = 0; h < Heads; h++)
        {
            for (int i = 0; i < queries; i++)
            {
                Check(h, i);
            }
        }

        y.AssertIntact();

        void Check(int h, int i)
        {
            double[] p = new double[position + i + 1];
            for (int j = 0; j < p.Length; j++)
            {
                double s = 0;
                for (int e = 0; e < Depth; e++)
                {
                    s += (double)q.Span[(((h * queries) + i) * Depth) + e] * k.Span[(j * Depth) + e];
                }

                p[j] = seen[(h + 1) % 2, ((position + i) / size * blocks) + (j / size)] ? Math.Exp(s * 0.4) : 0;
            }

            double sum = p.Sum();
            for (int e = 0; e < Depth; e++)
            {
                double want = 0;
                for (int j = 0; j < p.Length; j++)
                {
                    want += p[j] == 0 ? 0 : p[j] / sum * v.Span[(j * Depth) + e];
                }

                Assert.Equal(want, y.Span[(((h * queries) + i) * Depth) + e], 3e-5);
            }
        }
    }

    [Theory]
    [InlineData(64, 0, 48)]
    [InlineData(64, 40, 48)]
    [InlineData(128, 5, 48)]
    [InlineData(16, 7, 48)]
    [InlineData(5, 44, 48)]
    [InlineData(48, 47, 48)]
    public void QueriesAt_StayWithinABlock_OrWholeBlocks(int size, int position, int most)
    {
        var blocks = new KeyBlocks { Size = size };
        int last = position;
        for (int step = 0; step < 20; step++)
        {
            int count = blocks.QueriesAt(last, most);
            Assert.InRange(count, 1, most);
            last += count;
            Assert.True(size > most ? (last - 1) / size == (last - count) / size : last % size == 0, $"{last} of {size}");
        }
    }
}
