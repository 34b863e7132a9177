using Inference.Kernels.Reductions;
using Inference.Kernels.Simd;
using Inference.Kernels.Tests.Covering;
using Xunit.Abstractions;

namespace Inference.Kernels.Tests.Reductions;

[Covers(typeof(Reduction), "reduce_f32_last", "reduce_f32_middle")]
public sealed unsafe class ReductionCoveringTests(ITestOutputHelper output)
{
    [Fact]
    public void Run_EveryTripleOfOptions_EqualsFormula()
    {
        var space = new OptionSpace("reduce_f32", 3);
        Option<ReductionKind> kind = space.Add("kind", Enum.GetValues<ReductionKind>());
        Option<string> body = space.Add("body", "Avx512", "Avx2", "AdvSimd", "Scalar", "1 thread", "2 threads");
        Option<int> outers = space.Add("outer", 0, 1, 3, 300);
        Option<int> lengths = space.Add("length", 1, 2, 7, 8, 16, 31, 33, 100);
        Option<int> inners = space.Add("inner", 1, 3, 4, 8, 15, 16, 17, 33);
        Option<float> shift = space.Add("shift", -2f, 0f, 2f);
        Option<int> offset = space.Add("offset", 0, 1);
        space.Run(output, seed =>
        {
            (int outer, int length, int inner) = (outers.Value, lengths.Value, inners.Value);
            using NativeArray<float> x = Fill.Floats(outer * length * inner, seed, shift.Value - 1, shift.Value + 1, offset.Value);
            using var y = new NativeArray<float>(outer * inner);
            if (body.Value.EndsWith('d') || body.Value.EndsWith('s'))
            {
                Reduction.RunMiddle(kind.Value, x.Pointer, y.Pointer, outer, length, inner, body.Value[0] - '0');
            }
            else
            {
                RowKernel kernel = inner == 1 ? Reduction.LastKernel : Reduction.MiddleKernel;
                RowKernel.Variant variant = kernel.Variants.Single(v => v.Tier.ToString() == body.Value);
                var job = new Reduction.Job { Kind = kind.Value, X = x.Pointer, Y = y.Pointer, Length = length, Inner = inner };
                (variant.Supported ? variant : kernel.Variants[^1]).Body(&job, 0, outer);
            }

            for (int i = 0; i < outer * inner; i++)
            {
                double[] v = [.. Enumerable.Range(0, length).Select(k => (double)x[(((i / inner * length) + k) * inner) + (i % inner)])];
                double want = kind.Value switch
                {
                    ReductionKind.Sum => v.Sum(),
                    ReductionKind.Mean => v.Average(),
                    ReductionKind.Max => v.Max(),
                    ReductionKind.Min => v.Min(),
                    ReductionKind.SumSquares => v.Sum(e => e * e),
                    _ => v.Sum(Math.Abs),
                };
                Assert.Equal(want, y[i], length * 1e-5);
            }

            y.AssertIntact();
        });
    }
}
