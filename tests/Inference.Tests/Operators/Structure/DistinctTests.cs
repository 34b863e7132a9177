using System.Numerics;
using static Inference.Tests.Operators.OperatorHarness;

namespace Inference.Tests.Operators.Structure;

/// <summary>Unique and NonZero against their formulas.</summary>
public sealed class DistinctTests
{
    [Fact]
    public void Unique_OfNumbers_GroupsThem()
    {
        foreach (int count in new[] { 0, 1, 2, 7, 100, 1000 })
        {
            foreach (int range in new[] { 1, 5, 1_000_000 })
            {
                var random = new Random(count + range);
                int[] values = [.. Enumerable.Range(0, count).Select(_ => random.Next(-range, range))];
                Check(values);
                Check(Array.ConvertAll(values, v => (long)v));
                Check(Array.ConvertAll(values, v => (sbyte)(v % 100)));
                Check(Array.ConvertAll(values, v => v / 4f));
                Check(Array.ConvertAll(values, v => v / 8.0));
            }
        }
    }

    [Fact]
    public void Unique_ZerosAndNaNs_AreOneEach()
    {
        EngineValue?[] y = RunAll("Unique", [T([float.NaN, 1f, -0f, float.NaN, 0f, float.NegativeInfinity])], null, 4);
        Same([float.NegativeInfinity, -0f, 1f, float.NaN], [4], (Tensor)y[0]!);
        Same([5L, 2, 1, 0], [4], (Tensor)y[1]!);
        Same([3L, 2, 1, 3, 1, 0], [6], (Tensor)y[2]!);
        Same([1L, 2, 1, 2], [4], (Tensor)y[3]!);
    }

    [Fact]
    public void NonZero_AnyShapeAndType_ListsIndices()
    {
        for (int seed = 0; seed < 40; seed++)
        {
            var random = new Random(seed);
            long[] shape = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => (long)random.Next(1, 40))];
            int[] values = [.. Enumerable.Range(0, (int)TensorShape.Count(shape)).Select(_ => random.Next(1 + (seed % 3)))];
            long[] found = [.. Enumerable.Range(0, values.Length).Where(i => values[i] != 0).Select(i => (long)i)];
            long[] want = [.. Enumerable.Range(0, shape.Length).SelectMany(axis => found.Select(i => i / TensorShape.Count(shape.AsSpan(axis + 1)) % shape[axis]))];
            Same(want, [shape.Length, found.Length], Run("NonZero", [T(values, shape)]));
            Same(want, [shape.Length, found.Length], Run("NonZero", [T(Array.ConvertAll(values, v => v != 0), shape)]));
            Same(want, [shape.Length, found.Length], Run("NonZero", [T(Array.ConvertAll(values, v => v == 0 ? -0f : float.NaN), shape)]));
            Same(want, [shape.Length, found.Length], Run("NonZero", [T(Array.ConvertAll(values, v => (Half)v), shape)]));
        }
    }

    private static void Check<TNumber>(TNumber[] values)
        where TNumber : unmanaged, INumber<TNumber>
    {
        foreach (bool sorted in new[] { true, false })
        {
            TNumber[] distinct = [.. values.Distinct()];
            distinct = sorted ? [.. distinct.Order()] : distinct;
            EngineValue?[] y = RunAll("Unique", [T(values, values.Length)], [("sorted", sorted ? 1L : 0)], 4);
            Same(distinct, [distinct.Length], (Tensor)y[0]!);
            Same([.. distinct.Select(v => (long)Array.IndexOf(values, v))], [distinct.Length], (Tensor)y[1]!);
            Same([.. values.Select(v => (long)Array.IndexOf(distinct, v))], [values.Length], (Tensor)y[2]!);
            Same([.. distinct.Select(v => (long)values.Count(w => w == v))], [distinct.Length], (Tensor)y[3]!);
        }
    }
}
