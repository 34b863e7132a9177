using Inference.Kernels.Reductions;

namespace Inference.Kernels.Tests.Reductions;

public sealed unsafe class ReductionTests
{
    public static TheoryData<object> Kinds() => [.. Enum.GetValues<ReductionKind>().Cast<object>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Run_AwkwardSizes_EqualsFormula(object kindValue)
    {
        var kind = (ReductionKind)kindValue;
        foreach ((int outer, int length, int inner) in ((int, int, int)[])[(1, 1, 1), (3, 5, 1), (2, 40, 1), (1, 100, 1), (2, 3, 4), (3, 7, 17), (1, 9, 33), (300, 33, 20)])
        {
            using NativeArray<float> x = Fill.Floats(outer * length * inner, length + inner);
            using var y = new NativeArray<float>(outer * inner);
            Reduction.RunMiddle(kind, x.Pointer, y.Pointer, outer, length, inner, 2);
            for (int o = 0; o < outer; o++)
            {
                for (int i = 0; i < inner; i++)
                {
                    double[] v = [.. Enumerable.Range(0, length).Select(k => (double)x[(((o * length) + k) * inner) + i])];
                    double want = kind switch
                    {
                        ReductionKind.Sum => v.Sum(),
                        ReductionKind.Mean => v.Average(),
                        ReductionKind.Max => v.Max(),
                        ReductionKind.Min => v.Min(),
                        ReductionKind.SumSquares => v.Sum(e => e * e),
                        _ => v.Sum(Math.Abs),
                    };
                    Assert.True(Math.Abs(want - y[(o * inner) + i]) < 1e-5, $"{kind} [{outer},{length},{inner}]: expected {want}, got {y[(o * inner) + i]}");
                }
            }

            y.AssertIntact();
        }
    }

    [Fact]
    public void EachVariant_LastAxis_EqualsEachOther()
    {
        // The variants differ in the order of their sums only.
        foreach (string family in (string[])["reduce_f32_last", "reduce_f32_middle"])
        {
            Assert.Contains(KernelInventory.RowKernels, k => k.Family == family && k.Variants.Length == 4);
        }
    }
}
