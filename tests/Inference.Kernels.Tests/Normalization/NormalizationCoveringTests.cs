using Inference.Kernels.Normalization;
using Inference.Kernels.Simd;
using Inference.Kernels.Tests.Covering;
using Xunit.Abstractions;

namespace Inference.Kernels.Tests.Normalization;

[Covers(typeof(Softmax), "softmax_f32")]
[Covers(typeof(SoftmaxColumns), "softmax_f32_columns")]
[Covers(typeof(LayerNorm), "layernorm_f32")]
public sealed unsafe class NormalizationCoveringTests(ITestOutputHelper output)
{
    private static readonly int[] Columns = [1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 33, 300];
    private static readonly string[] Bodies = ["Avx512", "Avx2", "AdvSimd", "Scalar", "1 thread", "2 threads"];

    [Fact]
    public void Softmax_EveryTripleOfOptions_EqualsFormula()
    {
        var space = new OptionSpace("softmax_f32", 3);
        Option<string> body = space.Add("body", Bodies);
        Option<int> rowCount = space.Add("rows", 0, 1, 5, 37, 300);
        Option<int> columnCount = space.Add("columns", Columns);
        Option<bool> logarithm = space.Add("logarithm", Choices.Either);
        Option<bool> inPlace = space.Add("in place", Choices.Either);
        Option<float> spread = space.Add("spread", 0f, 1f, 60f);
        Option<bool> infinite = space.Add("-infinity", Choices.Either);
        Option<int> offset = space.Add("offset", 0, 1);
        space.Run(output, seed =>
        {
            (int rows, int n, float s) = (rowCount.Value, columnCount.Value, spread.Value);
            using NativeArray<float> x = Fill.Floats(rows * n, seed, -s, s, offset.Value);
            using var apart = new NativeArray<float>(rows * n, offset.Value);
            for (int i = 1; infinite.Value && i < x.Length; i += 3)
            {
                // A row keeps a finite element.
                x.Span[i] = i % n == 0 ? x[i] : float.NegativeInfinity;
            }

            float[] old = x.Span.ToArray();
            NativeArray<float> y = inPlace.Value ? x : apart;
            if (body.Value.EndsWith('d') || body.Value.EndsWith('s'))
            {
                Softmax.Run(x.Pointer, y.Pointer, rows, n, logarithm.Value, body.Value[0] - '0');
            }
            else
            {
                var job = new Softmax.Job { X = x.Pointer, Y = y.Pointer, Columns = n, Logarithm = logarithm.Value };
                Variant(Softmax.Kernel, body.Value).Body(&job, 0, rows);
            }

            for (int r = 0; r < rows; r++)
            {
                double max = Enumerable.Range(0, n).Max(i => (double)old[(r * n) + i]);
                double sum = Enumerable.Range(0, n).Sum(i => Math.Exp(old[(r * n) + i] - max));
                for (int i = 0; i < n; i++)
                {
                    double d = old[(r * n) + i] - max;
                    double want = logarithm.Value ? d - Math.Log(sum) : d < -87 ? 0 : Math.Exp(d) / sum;
                    double bound = logarithm.Value ? 2e-5 : (n + 6 - d) * Math.Pow(2, -24) * want;
                    float got = y[(r * n) + i];
                    Assert.True(want == got || Math.Abs(want - got) <= bound + 1e-37, $"[{r},{i}]: expected {want}, got {got}");
                }
            }

            y.AssertIntact();
        });
    }

    [Fact]
    public void SoftmaxColumns_EveryTripleOfOptions_EqualsFormula()
    {
        var space = new OptionSpace("softmax_f32_columns", 3);
        Option<string> body = space.Add("body", Bodies);
        Option<int> outerCount = space.Add("outer", 0, 1, 5);
        Option<int> lengthCount = space.Add("length", 1, 2, 9, 40);
        Option<int> innerCount = space.Add("inner", [.. Columns, 64, 65, 1000]);
        Option<bool> logarithm = space.Add("logarithm", Choices.Either);
        Option<bool> inPlace = space.Add("in place", Choices.Either);
        Option<float> spread = space.Add("spread", 0f, 1f, 60f);
        Option<int> offset = space.Add("offset", 0, 1);
        space.Run(output, seed =>
        {
            (int outer, int length, int inner, float s) = (outerCount.Value, lengthCount.Value, innerCount.Value, spread.Value);
            using NativeArray<float> x = Fill.Floats(outer * length * inner, seed, -s, s, offset.Value);
            using var apart = new NativeArray<float>(x.Length, offset.Value);
            float[] old = x.Span.ToArray();
            NativeArray<float> y = inPlace.Value ? x : apart;
            if (body.Value.EndsWith('d') || body.Value.EndsWith('s'))
            {
                SoftmaxColumns.Run(x.Pointer, y.Pointer, outer, length, inner, logarithm.Value, body.Value[0] - '0');
            }
            else
            {
                var job = new SoftmaxColumns.Job { X = x.Pointer, Y = y.Pointer, Length = length, Inner = inner, Tiles = (inner + 63) / 64, Logarithm = logarithm.Value };
                Variant(SoftmaxColumns.Kernel, body.Value).Body(&job, 0, outer * job.Tiles);
            }

            for (int c = 0; c < outer * inner; c++)
            {
                int start = (c / inner * length * inner) + (c % inner);
                double[] column = [.. Enumerable.Range(0, length).Select(k => (double)old[start + (k * inner)])];
                double max = column.Max();
                double sum = column.Sum(v => Math.Exp(v - max));
                for (int k = 0; k < length; k++)
                {
                    double d = column[k] - max;
                    double want = logarithm.Value ? d - Math.Log(sum) : d < -87 ? 0 : Math.Exp(d) / sum;
                    double bound = logarithm.Value ? 2e-5 : (length + 6 - d) * Math.Pow(2, -24) * want;
                    float got = y[start + (k * inner)];
                    Assert.True(want == got || Math.Abs(want - got) <= bound + 1e-37, $"column {c}, {k}: expected {want}, got {got}");
                }
            }

            y.AssertIntact();
        });
    }

    [Fact]
    public void LayerNorm_EveryTripleOfOptions_EqualsFormula()
    {
        var space = new OptionSpace("layernorm_f32", 3);
        Option<string> body = space.Add("body", Bodies);
        Option<int> rowCount = space.Add("rows", 0, 1, 2, 40);
        Option<int> columnCount = space.Add("columns", Columns);
        Option<bool> rms = space.Add("rms", Choices.Either);
        Option<bool> useSkip = space.Add("skip", Choices.Either);
        Option<bool> useSkipBias = space.Add("skip bias", Choices.Either);
        Option<bool> useGamma = space.Add("gamma", Choices.Either);
        Option<bool> useBeta = space.Add("beta", Choices.Either);
        Option<string> sumAt = space.Add("sum", "none", "apart", "X", "skip");
        Option<bool> inPlace = space.Add("in place", Choices.Either);
        Option<bool> statistics = space.Add("statistics", Choices.Either);
        Option<float> epsilon = space.Add("epsilon", 1e-3f, 0.5f);
        // Where nothing is added there is no sum to keep, and what is both the sum and the result has no meaning.
        space.Forbid(useSkip, s => !s, sumAt, s => s != "none");
        space.Forbid(sumAt, s => s == "X", inPlace, p => p);
        space.Run(output, seed =>
        {
            (int rows, int n) = (rowCount.Value, columnCount.Value);
            using NativeArray<float> x = Fill.Floats(rows * n, seed, -3f, 5f);
            using NativeArray<float> skip = Fill.Floats(rows * n, seed + 1);
            using NativeArray<float> bias = Fill.Floats(n, seed + 2);
            using NativeArray<float> gamma = Fill.Floats(n, seed + 3);
            using NativeArray<float> beta = Fill.Floats(n, seed + 4);
            using var apart = new NativeArray<float>(rows * n);
            using var sum = new NativeArray<float>(rows * n);
            using var mean = new NativeArray<float>(rows);
            using var deviation = new NativeArray<float>(rows);
            double[] s = [.. x.Span.ToArray().Select((v, i) => (double)v + (useSkip.Value ? skip[i] : 0) + (useSkipBias.Value ? bias[i % n] : 0))];
            NativeArray<float> y = inPlace.Value ? x : apart;
            NativeArray<float>? kept = sumAt.Value switch { "apart" => sum, "X" => x, "skip" => skip, _ => null };
            var a = new LayerNormArguments
            {
                X = x.Pointer,
                Skip = useSkip.Value ? skip.Pointer : null,
                SkipBias = useSkipBias.Value ? bias.Pointer : null,
                Gamma = useGamma.Value ? gamma.Pointer : null,
                Beta = useBeta.Value ? beta.Pointer : null,
                Y = y.Pointer,
                Sum = kept is null ? null : kept.Pointer,
                Mean = statistics.Value ? mean.Pointer : null,
                InverseDeviation = statistics.Value ? deviation.Pointer : null,
                Rows = rows,
                Columns = n,
                Epsilon = epsilon.Value,
                Rms = rms.Value,
            };
            if (body.Value.EndsWith('d') || body.Value.EndsWith('s'))
            {
                LayerNorm.Run(in a, body.Value[0] - '0');
            }
            else
            {
                Variant(LayerNorm.Kernel, body.Value).Body(&a, 0, rows);
            }

            for (int r = 0; r < rows; r++)
            {
                Span<double> row = s.AsSpan(r * n, n);
                double m = rms.Value ? 0 : row.ToArray().Average();
                double inverse = 1 / Math.Sqrt(row.ToArray().Average(v => (v - m) * (v - m)) + epsilon.Value);
                for (int i = 0; i < n; i++)
                {
                    double want = (row[i] - m) * inverse;
                    want = (want * (useGamma.Value ? gamma[i] : 1)) + (useBeta.Value ? beta[i] : 0);
                    Assert.True(Math.Abs(want - y[(r * n) + i]) < 3e-5, $"[{r},{i}]: expected {want}, got {y[(r * n) + i]}");
                    Assert.True(kept is null || Math.Abs(row[i] - kept[(r * n) + i]) < 2e-6, $"sum [{r},{i}]");
                }

                Assert.True(!statistics.Value || (Math.Abs(inverse - deviation[r]) < 1e-4 * inverse && (rms.Value || Math.Abs(m - mean[r]) < 1e-5)), $"statistics of row {r}");
            }

            x.AssertIntact();
            y.AssertIntact();
            sum.AssertIntact();
            mean.AssertIntact();
        });
    }

    private static RowKernel.Variant Variant(RowKernel kernel, string tier)
    {
        RowKernel.Variant variant = kernel.Variants.Single(v => v.Tier.ToString() == tier);
        return variant.Supported ? variant : kernel.Variants[^1];
    }
}
