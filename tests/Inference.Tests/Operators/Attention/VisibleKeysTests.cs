using Inference.Onnx;
using Inference.Tests.Support;
using static Inference.Tests.Operators.OperatorHarness;

namespace Inference.Tests.Operators.Attention;

/// <summary>Attention that sees few keys equals dense attention with the same mask, and keys that a whole block of queries does not see are not computed: what they hold, NaN, would show (0 · NaN is NaN).</summary>
public sealed class VisibleKeysTests
{
    private const int Depth = 8;
    private const int Heads = 2;

    [Theory]
    [InlineData(0f)]
    [InlineData(1.5f)]
    public void GroupQuery_Prompt_ComputesTheWindowAlone(float softcap)
    {
        const int Length = 300, Window = 20;
        (float[] q, float[] k, float[] v) = (Numbers(Length * Heads * Depth, 1), Numbers(Length * Depth, 2), Numbers(Length * Depth, 3));

        // The first 64 keys stand outside the windows of the queries from the third block of 48 on.
        v.AsSpan(0, 64 * Depth).Fill(float.NaN);
        var y = (Tensor)RunAll(
            "GroupQueryAttention",
            [T(q, 1, Length, Heads * Depth), T(k, 1, Length, Depth), T(v, 1, Length, Depth), null, null, T([Length - 1]), S(Length)],
            [("num_heads", (long)Heads), ("kv_num_heads", 1L), ("local_window_size", (long)Window), ("softcap", softcap)], 1, 1, Domains.Microsoft)[0]!;
        Compare(q, k, v, y.Span<float>().ToArray(), Length, 0, 96, (_, i, j) => j <= i && i - j < Window, softcap);
    }

    [Fact]
    public void GroupQuery_Step_ComputesTheWindowAlone()
    {
        const int Length = 200, Window = 30;
        (float[] q, float[] k, float[] v) = (Numbers(Heads * Depth, 1), Numbers(Length * Depth, 2), Numbers(Length * Depth, 3));
        v.AsSpan(0, (Length - Window) * Depth).Fill(float.NaN);
        var y = (Tensor)RunAll(
            "GroupQueryAttention",
            [
                T(q, 1, 1, Heads * Depth), T(k[^Depth..], 1, 1, Depth), T(v[^Depth..], 1, 1, Depth), T(k[..^Depth], 1, 1, Length - 1, Depth), T(v[..^Depth], 1, 1, Length - 1, Depth), T([Length - 1]), S(Length),
            ],
            [("num_heads", (long)Heads), ("kv_num_heads", 1L), ("local_window_size", (long)Window)], 3, 1, Domains.Microsoft)[0]!;
        Compare(q, k, v, y.Span<float>().ToArray(), 1, Length - 1, 0, (_, i, j) => i - j < Window, 0f);
    }

    [Theory]
    [InlineData(256, 256)]
    [InlineData(1, 256)]
    [InlineData(1, 200)]
    public void Sparse_ComputesTheBlocksSeenAlone(int rows, int length)
    {
        // Heads 0 and 1 have layouts of their own, and none sees block 1 from the third row on: row 1 is not among the queries that are compared.
        const int Size = 64;
        int position = length - rows;
        (float[] q, float[] k, float[] v) = (Numbers(rows * Heads * Depth, 1), Numbers(length * Depth, 2), Numbers(length * Depth, 3));
        v.AsSpan(Size * Depth, Size * Depth).Fill(float.NaN);
        float[] past = new float[256 * Depth];
        float[] pastValues = new float[256 * Depth];
        k.AsSpan(0, position * Depth).CopyTo(past);
        v.AsSpan(0, position * Depth).CopyTo(pastValues);
        var y = (Tensor)RunAll(
            "SparseAttention",
            [
                T(q, 1, rows, Heads * Depth), T(k[(position * Depth)..], 1, rows, Depth), T(v[(position * Depth)..], 1, rows, Depth), T(past, 1, 1, 256, Depth), T(pastValues, 1, 1, 256, Depth),
                T([0, 1, 2, 3, 4, 0, 1, 2, 4, 6], 2, 5), T([0, 1, 2, 3, -1, -1, 0, 1, 2, 0, 3, 0], 2, 6), S(length), T([length]),
            ],
            [("num_heads", (long)Heads), ("kv_num_heads", 1L), ("sparse_block_size", (long)Size)], 3, 1, Domains.Microsoft)[0]!;
        Compare(q, k, v, y.Span<float>().ToArray(), rows, position, 2 * Size, (h, i, j) => j <= i && (i / Size == j / Size || (h == 1 && j < Size)), 0f);
    }

    [Fact]
    public void Sparse_RowsThatSeeNothing_CountAllAlike()
    {
        const int Length = 40, Size = 20;
        (float[] q, float[] k, float[] v) = (Numbers(Length * Heads * Depth, 1), Numbers(Length * Depth, 2), Numbers(Length * Depth, 3));
        float[] past = new float[Length * Depth];
        var y = (Tensor)RunAll(
            "SparseAttention",
            [
                T(q, 1, Length, Heads * Depth), T(k, 1, Length, Depth), T(v, 1, Length, Depth), T(past, 1, 1, Length, Depth), T(past, 1, 1, Length, Depth), T([0, 0, 1], 1, 3), T([1], 1, 1), S(Length), T([Length]),
            ],
            [("num_heads", (long)Heads), ("kv_num_heads", 1L), ("sparse_block_size", (long)Size)], 3, 1, Domains.Microsoft)[0]!;
        float[] means = y.Span<float>().ToArray();
        Compare(q, k, v, means, Length, 0, Size, (_, i, j) => j <= i && j >= Size, 0f);
        for (int i = 0; i < Size; i++)
        {
            Assert.Equal(Enumerable.Range(0, i + 1).Average(j => (double)v[(j * Depth) + 3]), means[(i * Heads * Depth) + 3], 1e-6);
        }
    }

    [Theory]
    [InlineData(0f, false)]
    [InlineData(2f, false)]
    [InlineData(0f, true)]
    public void Attention_Causal_DoesNotComputeWhatComesLater(float softcap, bool isMasked)
    {
        const int Length = 200;
        (float[] q, float[] k, float[] v) = (Numbers(Length * Heads * Depth, 1), Numbers(Length * Depth, 2), Numbers(Length * Depth, 3));

        // Behind the last query that is compared.
        v.AsSpan(96 * Depth).Fill(float.NaN);
        bool[] seen = [.. Enumerable.Range(0, Length * Length).Select(i => i % Length % 3 != 1)];
        var y = (Tensor)RunAll(
            "Attention", [T(q, 1, Length, Heads * Depth), T(k, 1, Length, Depth), T(v, 1, Length, Depth), isMasked ? T(seen, Length, Length) : null],
            [("q_num_heads", (long)Heads), ("kv_num_heads", 1L), ("is_causal", 1L), ("softcap", softcap)], 1, 23)[0]!;
        float[] first = y.Span<float>()[..(96 * Heads * Depth)].ToArray();
        Compare(q, k, v, first, 96, 0, 0, (_, i, j) => j <= i && (!isMasked || seen[j]), softcap);
    }

    [Theory]
    [InlineData("window")]
    [InlineData("strided")]
    [InlineData("nothing")]
    public void WrittenOut_ConstantMask_ComputesWhatItShowsAlone(string kind)
    {
        const int Length = 512;
        bool Seen(int i, int j) => kind switch
        {
            "window" => Math.Abs(i - j) <= 20 || j >= 448,
            // With holes, of which the last is what no query sees.
            "strided" => i / 64 == j / 64 || j / 64 is 0 or 3,
            _ => true,
        };
        float[] mask = [.. Enumerable.Range(0, Length * Length).Select(i => Seen(i / Length, i % Length) ? 0f : -1e4f)];
        (float[] q, float[] k, float[] v) = (Numbers(Length * Depth, 1), Numbers(Length * Depth, 2), Numbers(Length * Depth, 3));

        // Compared are the last queries.
        if (kind != "nothing")
        {
            v.AsSpan(64 * Depth, 64 * Depth).Fill(float.NaN);
        }

        OnnxModel model = SmallModels.Model(17);
        foreach (string name in (string[])["q", "k", "v"])
        {
            model.Graph.Inputs.Add(new(name, OnnxType.Tensor(OnnxElementType.Float32, 1, 1, Length, Depth)));
        }

        model.Graph.Outputs.Add(new("y", OnnxType.Tensor(OnnxElementType.Float32, 1, 1, Length, Depth)));
        model.Graph.Initializers.Add(OnnxTensor.Create<float>("m", mask, 1, 1, Length, Length));
        model.Graph.Initializers.Add(OnnxTensor.Create("scale", [1f / MathF.Sqrt(Depth)]));
        var transpose = new OnnxNode("Transpose", ["k"], ["kt"]);
        transpose.SetAttribute(OnnxAttribute.FromInts("perm", 0, 1, 3, 2));
        model.Graph.Nodes.AddRange(
            [transpose, new("MatMul", ["q", "kt"], ["s"]), new("Mul", ["s", "scale"], ["c"]), new("Add", ["c", "m"], ["a"]), new("Softmax", ["a"], ["p"]), new("MatMul", ["p", "v"], ["y"])]);
        using IModelRunner runner = ModelRunner.Load(ModelSource.Bytes(model.ToArray()));
        using var inputs = new NamedValues();
        foreach ((string name, float[] values) in (ReadOnlySpan<(string, float[])>)[("q", q), ("k", k), ("v", v)])
        {
            inputs[name] = TensorValue.Copy<float>(values, [1, 1, Length, Depth]);
        }

        for (int run = 0; run < 2; run++)
        {
            using NamedValues outputs = runner.Run(inputs);
            Compare(q, k, v, outputs["y"].AsSpan<float>().ToArray(), Length, 0, 192, (_, i, j) => Seen(i, j), 0f, heads: 1);
        }
    }

    // softmax(Q·Kᵀ/√D) V in double over the keys seen, of queries from a position on.
    private static void Compare(float[] q, float[] k, float[] v, float[] y, int rows, int position, int from, Func<int, int, int, bool> seen, float softcap, int heads = Heads)
    {
        for (int i = Math.Max(0, from - position); i < rows; i++)
        {
            for (int h = 0; h < heads; h++)
            {
                double[] want = new double[Depth];
                double sum = 0;
                for (int j = 0; j < k.Length / Depth; j++)
                {
                    if (seen(h, position + i, j))
                    {
                        double score = Enumerable.Range(0, Depth).Sum(d => (double)q[(((i * heads) + h) * Depth) + d] * k[(j * Depth) + d]) / Math.Sqrt(Depth);
                        double term = Math.Exp(softcap > 0 ? softcap * Math.Tanh(score / softcap) : score);
                        sum += term;
                        for (int d = 0; d < Depth; d++)
                        {
                            want[d] += term * v[(j * Depth) + d];
                        }
                    }
                }

                for (int d = 0; d < Depth; d++)
                {
                    Assert.Equal(want[d] / sum, y[(((i * heads) + h) * Depth) + d], 1e-5);
                }
            }
        }
    }

    private static float[] Numbers(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() * 4) - 2)];
    }
}
