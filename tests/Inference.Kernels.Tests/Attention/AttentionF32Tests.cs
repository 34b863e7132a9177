using Inference.Kernels.Attention;
using Inference.Kernels.Simd;

namespace Inference.Kernels.Tests.Attention;

public sealed unsafe class AttentionF32Tests
{
    // What a masked key holds shows whether it was read: 0 · NaN is NaN.
    [Theory]
    [InlineData(float.NegativeInfinity, true)]
    [InlineData(float.MinValue, true)]
    [InlineData(-1e4f, true)]
    [InlineData(-100f, false)]
    public void Run_KeysHiddenFromAllQueries_AreNotRead(float hidden, bool leftOut)
    {
        (float[] y, float[] dense) = (Run(hidden, 1f), Run(hidden, 1f, lost: 5f));
        Assert.Equal(leftOut, Array.TrueForAll(Run(hidden, 1f, lost: float.NaN), float.IsFinite));
        Assert.Equal(y, dense);
    }

    // With scores as large as the mask, a hidden key may count: all are read.
    [Fact]
    public void Run_ScoresAsLargeAsTheMask_LeavesNothingOut() => Assert.Contains(Run(-1e4f, 100f, lost: float.NaN), float.IsNaN);

    [Fact]
    public void Run_QueryWithoutKeys_IsNaN()
    {
        Assert.All(Run(float.NegativeInfinity, 1f, all: true), static v => Assert.True(float.IsNaN(v)));
        Assert.All(Run(float.MinValue, 1f, all: true), static v => Assert.True(float.IsFinite(v)));
    }

    // 64 queries of 512 keys, of which those of the third to the sixth unit of 64 are hidden, or all.
    private static float[] Run(float hidden, float size, float lost = 0f, bool all = false)
    {
        const int Queries = 64, Keys = 512, Size = 16;
        using NativeArray<float> q = Fill.Floats(Queries * Size, 1, -size, size), k = Fill.Floats(Keys * Size, 2, -size, size), v = Fill.Floats(Keys * Size, 3);
        using var m = new NativeArray<float>(Queries * Keys);
        using var y = new NativeArray<float>(Queries * Size);
        for (int i = 0; i < m.Length; i++)
        {
            m.Span[i] = all || i % Keys / 64 is >= 2 and < 6 ? hidden : 0f;
        }

        v.Span.Slice(3 * 64 * Size, Size).Fill(lost);
        var a = new AttentionArguments
        {
            Query = q.Pointer, Key = k.Pointer, Value = v.Pointer, Output = y.Pointer, Mask = m.Pointer, Batch = 1, Heads = 1, KeyHeads = 1, QueryLength = Queries, KeyLength = Keys, HeadSize = Size, ValueSize = Size, Scale = 0.25f,
            QueryStride = Size, KeyStride = Size, ValueStride = Size, OutputStride = Size, MaskQueryStride = Keys,
        };
        AttentionF32.Run(in a, 1);
        return y.Span.ToArray();
    }

    [Theory]
    [InlineData(1, 1, 1, 1, 7, 16, 16, false, false)]
    [InlineData(2, 4, 2, 3, 40, 20, 24, true, false)]
    [InlineData(1, 2, 2, 50, 50, 64, 64, false, true)]
    [InlineData(1, 2, 1, 50, 70, 33, 65, true, true)]
    [InlineData(1, 1, 1, 5, 1100, 8, 100, true, true)]
    [InlineData(1, 1, 1, 100, 1100, 8, 12, false, true)]
    [InlineData(1, 1, 1, 2, 600, 16, 16, true, false)]
    public void Run_Shapes_EqualsFormula(int batch, int heads, int keyHeads, int lq, int lk, int d, int dv, bool mask, bool causal)
    {
        using NativeArray<float> q = Fill.Floats(batch * heads * lq * d, 1, -2f, 2f);
        using NativeArray<float> k = Fill.Floats(batch * keyHeads * lk * d, 2, -2f, 2f);
        using NativeArray<float> v = Fill.Floats(batch * keyHeads * lk * dv, 3);
        using NativeArray<float> m = Fill.Floats(batch * lq * lk, 4, -3f, 3f);
        using var y = new NativeArray<float>(batch * heads * lq * dv);
        for (int i = 0; i < m.Length; i += 7)
        {
            m.Span[i] = float.NegativeInfinity;
        }

        // A first block of keys that nobody sees must not spoil the later ones.
        for (int j = 0; mask && lk > 1000 && j < 520; j++)
        {
            m.Span[j] = float.NegativeInfinity;
        }

        var a = new AttentionArguments
        {
            Query = q.Pointer,
            Key = k.Pointer,
            Value = v.Pointer,
            Output = y.Pointer,
            Mask = mask ? m.Pointer : null,
            Batch = batch,
            Heads = heads,
            KeyHeads = keyHeads,
            QueryLength = lq,
            KeyLength = lk,
            HeadSize = d,
            ValueSize = dv,
            Scale = 0.3f,
            Causal = causal,
            CausalOffset = lk - lq,
            QueryBatchStride = heads * lq * d,
            QueryHeadStride = d,
            QueryStride = heads * d,
            KeyBatchStride = keyHeads * lk * d,
            KeyHeadStride = lk * d,
            KeyStride = d,
            ValueBatchStride = keyHeads * lk * dv,
            ValueHeadStride = dv,
            ValueStride = keyHeads * dv,
            OutputBatchStride = heads * lq * dv,
            OutputHeadStride = dv,
            OutputStride = heads * dv,
            MaskBatchStride = lq * lk,
            MaskQueryStride = lk,
        };
        AttentionF32.Run(in a, 2);
        for (int b = 0; b < batch; b++)
        {
            for (int h = 0; h < heads; h++)
            {
                for (int i = 0; i < lq; i++)
                {
                    CheckRow(in a, b, h, i);
                }
            }
        }

        y.AssertIntact();
    }

    [Fact]
    public void Run_WithoutKeys_GivesZeros()
    {
        float* y = stackalloc float[6];
        new Span<float>(y, 6).Fill(7f);
        float* q = stackalloc float[4];
        AttentionF32.Run(new AttentionArguments
        {
            Query = q, Output = y, Batch = 1, Heads = 1, KeyHeads = 1, QueryLength = 2, KeyLength = 0, HeadSize = 2, ValueSize = 3, QueryStride = 2, OutputStride = 3,
        });
        Assert.Equal(new float[6], new ReadOnlySpan<float>(y, 6).ToArray());
    }

    [Fact]
    public void Inventory_Scores_HasFourWidths() => Assert.Equal(4, AttentionF32.Scores.Variants.Length);

    private static void CheckRow(in AttentionArguments a, int b, int h, int i)
    {
        int kh = h * a.KeyHeads / a.Heads;
        var scores = new double[a.KeyLength];
        for (int j = 0; j < a.KeyLength; j++)
        {
            double s = 0;
            for (int e = 0; e < a.HeadSize; e++)
            {
                s += (double)a.Query[(b * a.QueryBatchStride) + (h * a.QueryHeadStride) + (i * a.QueryStride) + e]
                    * a.Key[(b * a.KeyBatchStride) + (kh * a.KeyHeadStride) + (j * a.KeyStride) + e];
            }

            s = (s * a.Scale) + (a.Mask == null ? 0 : a.Mask[(b * a.MaskBatchStride) + (i * a.MaskQueryStride) + j]);
            scores[j] = a.Causal && j > i + a.KeyLength - a.QueryLength ? double.NegativeInfinity : s;
        }

        double max = scores.Max();
        double[] p = [.. scores.Select(s => Math.Exp(s - max))];
        double sum = p.Sum();
        for (int e = 0; e < a.ValueSize; e++)
        {
            double want = 0;
            for (int j = 0; j < a.KeyLength; j++)
            {
                want += p[j] / sum * a.Value[(b * a.ValueBatchStride) + (kh * a.ValueHeadStride) + (j * a.ValueStride) + e];
            }

            float got = a.Output[(b * a.OutputBatchStride) + (h * a.OutputHeadStride) + (i * a.OutputStride) + e];
            Assert.True(Math.Abs(want - got) < 2e-5, $"[{b},{h},{i},{e}]: expected {want}, got {got}");
        }
    }
}
