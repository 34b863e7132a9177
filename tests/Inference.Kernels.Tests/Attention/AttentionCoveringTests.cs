using Inference.Kernels.Attention;
using Inference.Kernels.Tests.Covering;
using Xunit.Abstractions;

namespace Inference.Kernels.Tests.Attention;

[Covers(typeof(AttentionF32), "attention_f32_scores")]
public sealed unsafe class AttentionCoveringTests(ITestOutputHelper output)
{
    private enum Layout
    {
        HeadsFirst,
        HeadsInside,
        Apart,
    }

    [Fact]
    public void Run_EveryPairOfOptions_EqualsFormula()
    {
        var space = new OptionSpace("attention_f32");
        Option<int> batches = space.Add("batch", 1, 2);
        Option<(int Query, int Key)> headCounts = space.Add("heads", (1, 1), (4, 2), (6, 1), (3, 3));
        Option<int> queries = space.Add("queries", 1, 4, 5, 6, 48, 50, 97);
        Option<int> keyCounts = space.Add("keys", 1, 7, 50, 64, 513, 1030);
        Option<int> size = space.Add("head", 1, 8, 16, 33, 64);
        Option<int> valueSize = space.Add("value", 1, 8, 24, 65);
        Option<float> scale = space.Add("scale", 0.3f, 1f);
        Option<bool> causal = space.Add("causal", Choices.Either);
        Option<int> window = space.Add("window", 0, 1, 30, 130, 2000);
        Option<float> softcap = space.Add("softcap", 0f, 1.5f);
        Option<string> sinks = space.Add("sinks", "none", "one", "of heads");
        Option<string> maskShape = space.Add("mask", "none", "whole", "of queries", "of batches", "one row");
        Option<string> hidden = space.Add("hidden by mask", "none", "some", "first block", "later block", "window", "blocks", "all but a few");
        Option<Layout> queryLayout = space.Add("Q", Enum.GetValues<Layout>());
        Option<Layout> keyLayout = space.Add("K", Enum.GetValues<Layout>());
        Option<Layout> valueLayout = space.Add("V", Enum.GetValues<Layout>());
        Option<Layout> outputLayout = space.Add("Y", Enum.GetValues<Layout>());
        Option<int> threads = space.Add("threads", Choices.Threads);
        space.Forbid(maskShape, m => m == "none", hidden, h => h != "none");
        // A query that sees no key has no result.
        space.Forbid(causal, c => c, hidden, h => h != "none");
        space.Run(output, seed =>
        {
            (int batch, int heads, int keyHeads, int lq, int lk) = (batches.Value, headCounts.Value.Query, headCounts.Value.Key, queries.Value, keyCounts.Value);
            (int d, int dv) = (size.Value, valueSize.Value);
            (nint qb, nint qh, nint qs, int qLength) = Strides(queryLayout.Value, batch, heads, lq, d);
            (nint kb, nint kh, nint ks, int kLength) = Strides(keyLayout.Value, batch, keyHeads, lk, d);
            (nint vb, nint vh, nint vs, int vLength) = Strides(valueLayout.Value, batch, keyHeads, lk, dv);
            (nint yb, nint yh, nint ys, int yLength) = Strides(outputLayout.Value, batch, heads, lq, dv);
            using NativeArray<float> q = Fill.Floats(qLength, seed, -2f, 2f);
            using NativeArray<float> k = Fill.Floats(kLength, seed + 1, -2f, 2f);
            using NativeArray<float> v = Fill.Floats(vLength, seed + 2);
            using NativeArray<float> y = Fill.Floats(yLength, seed + 3);
            using NativeArray<float> sink = Fill.Floats(heads, seed + 5, -2f, 2f);
            using NativeArray<float> mask = Fill.Floats(batch * heads * lq * lk, seed + 4, -3f, 3f);
            (nint mb, nint mh, nint mq) = maskShape.Value switch
            {
                "whole" => ((nint)heads * lq * lk, (nint)lq * lk, (nint)lk),
                "of queries" => (0, 0, lk),
                "of batches" => (lk, 0, 0),
                _ => (0, 0, 0),
            };
            for (int i = 0; hidden.Value != "none" && i < mask.Length; i++)
            {
                int j = i % lk;
                int row = i / lk % lq;
                bool off = hidden.Value switch
                {
                    "some" => j % 3 == 1,
                    "first block" => j < Math.Min(515, lk - 1),
                    "window" => Math.Abs(j - ((long)row * lk / lq)) > 20,
                    "blocks" => j / 64 % 3 != 0,
                    "all but a few" => j % 200 != 0,
                    _ => j >= Math.Min(500, Math.Max(1, lk / 2)),
                };
                mask.Span[i] = off ? hidden.Value switch { "window" => float.MinValue, "blocks" => -1e4f, _ => float.NegativeInfinity } : mask[i];
            }

            // A causal query sees a key only where there are as many keys as queries, or more.
            (bool isCausal, int most) = (causal.Value && lk >= lq, window.Value);
            var a = new AttentionArguments
            {
                Query = q.Pointer,
                Key = k.Pointer,
                Value = v.Pointer,
                Output = y.Pointer,
                Mask = maskShape.Value == "none" ? null : mask.Pointer,
                Batch = batch,
                Heads = heads,
                KeyHeads = keyHeads,
                QueryLength = lq,
                KeyLength = lk,
                HeadSize = d,
                ValueSize = dv,
                Scale = scale.Value,
                Causal = isCausal,
                CausalOffset = lk - lq,
                Window = isCausal ? most : 0,
                Softcap = softcap.Value,
                Sinks = sinks.Value == "none" ? null : sink.Pointer,
                SinkHeadStride = sinks.Value == "of heads" ? 1 : 0,
                QueryBatchStride = qb,
                QueryHeadStride = qh,
                QueryStride = qs,
                KeyBatchStride = kb,
                KeyHeadStride = kh,
                KeyStride = ks,
                ValueBatchStride = vb,
                ValueHeadStride = vh,
                ValueStride = vs,
                OutputBatchStride = yb,
                OutputHeadStride = yh,
                OutputStride = ys,
                MaskBatchStride = mb,
                MaskHeadStride = mh,
                MaskQueryStride = mq,
            };
            AttentionF32.Run(in a, threads.Value);
            for (int row = 0; row < batch * heads * lq; row++)
            {
                CheckRow(in a, row / lq / heads, row / lq % heads, row % lq);
            }

            y.AssertIntact();
        });
    }

    private static (nint Batch, nint Head, nint Row, int Length) Strides(Layout layout, int batch, int heads, int rows, int size) => layout switch
    {
        Layout.HeadsFirst => (heads * rows * size, rows * size, size, batch * heads * rows * size),
        Layout.HeadsInside => (heads * rows * size, size, heads * size, batch * heads * rows * size),
        _ => ((heads * ((rows * (size + 3)) + 5)) + 1, (rows * (size + 3)) + 5, size + 3, batch * ((heads * ((rows * (size + 3)) + 5)) + 1)),
    };

    private static void CheckRow(in AttentionArguments a, int b, int h, int i)
    {
        int kh = h * a.KeyHeads / a.Heads;
        float* q = a.Query + (b * a.QueryBatchStride) + (h * a.QueryHeadStride) + (i * a.QueryStride);
        float* mask = a.Mask == null ? null : a.Mask + (b * a.MaskBatchStride) + (h * a.MaskHeadStride) + (i * a.MaskQueryStride);
        var p = new double[a.Causal ? i + a.KeyLength - a.QueryLength + 1 : a.KeyLength];
        for (int j = 0; j < p.Length; j++)
        {
            float* k = a.Key + (b * a.KeyBatchStride) + (kh * a.KeyHeadStride) + (j * a.KeyStride);
            double s = 0;
            for (int e = 0; e < a.HeadSize; e++)
            {
                s += (double)q[e] * k[e];
            }

            s *= a.Scale;
            s = a.Softcap > 0 ? a.Softcap * Math.Tanh(s / a.Softcap) : s;
            p[j] = a.Window > 0 && j < p.Length - a.Window ? double.NegativeInfinity : s + (mask == null ? 0 : mask[j]);
        }

        double max = p.Max();
        double sum = a.Sinks == null ? 0 : Math.Exp(a.Sinks[h * a.SinkHeadStride] - max);
        for (int j = 0; j < p.Length; j++)
        {
            p[j] = Math.Exp(p[j] - max);
            sum += p[j];
        }

        float* y = a.Output + (b * a.OutputBatchStride) + (h * a.OutputHeadStride) + (i * a.OutputStride);
        for (int e = 0; e < a.ValueSize; e++)
        {
            double want = 0;
            for (int j = 0; j < p.Length; j++)
            {
                want += p[j] / sum * a.Value[(b * a.ValueBatchStride) + (kh * a.ValueHeadStride) + (j * a.ValueStride) + e];
            }

            Assert.True(Math.Abs(want - y[e]) < 3e-5, $"[{b},{h},{i},{e}]: expected {want}, got {y[e]}");
        }
    }
}
