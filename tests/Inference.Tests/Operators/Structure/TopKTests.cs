using System.Numerics;
using static Inference.Tests.Operators.OperatorHarness;

namespace Inference.Tests.Operators.Structure;

/// <summary>Random lines, with many equal elements or few, of every element type, against a stable sort.</summary>
public sealed class TopKTests
{
    private const int Draws = 120;

    [Fact]
    public void EveryType_AnyAxis_EqualsStableSort()
    {
        for (int seed = 0; seed < Draws; seed++)
        {
            var random = new Random(seed);
            bool few = random.Next(2) == 0;
            Check<float>(random, v => few ? (float)Math.Round(v * 5) - 2 : (float)v, special: true);
            Check<double>(random, v => few ? Math.Round(v * 5) - 2 : v, special: true);
            Check<Half>(random, v => (Half)(few ? Math.Round(v * 5) - 2 : v), special: true);
            Check<int>(random, v => (int)((v - 0.5) * (few ? 10 : int.MaxValue)), special: false);
            Check<uint>(random, v => (uint)(v * (few ? 10 : uint.MaxValue)), special: false);
            Check<long>(random, v => (long)((v - 0.5) * (few ? 10 : 1e18)), special: false);
            Check<ulong>(random, v => (ulong)(v * (few ? 10 : 1e19)), special: false);
            Check<byte>(random, v => (byte)(v * 255), special: false);
            Check<sbyte>(random, v => (sbyte)((v - 0.5) * 255), special: false);
            Check<short>(random, v => (short)((v - 0.5) * 65535), special: false);
        }
    }

    private static void Check<E>(Random random, Func<double, E> convert, bool special)
        where E : unmanaged, INumber<E>
    {
        long size = random.Next(4) == 0 ? random.Next(400, 1500) : 1 + random.Next(70);
        long[] dims = [1 + random.Next(3), size, random.Next(2) == 0 ? 1 : 1 + random.Next(20)];
        long k = random.Next(4) switch { 0 => size, 1 => 1, 2 => 1 + random.NextInt64(size), _ => Math.Min(size, 1 + random.Next(9)) };
        bool largest = random.Next(2) == 0;
        E[] x = [.. Enumerable.Range(0, (int)(dims[0] * dims[1] * dims[2])).Select(_ => convert(random.NextDouble()))];
        for (int i = random.Next(9); special && i < x.Length; i += 1 + random.Next(30))
        {
            x[i] = convert(random.Next(4) switch { 0 => double.NaN, 1 => double.NegativeInfinity, 2 => double.PositiveInfinity, _ => -0.0 });
        }

        EngineValue?[] results = RunAll("TopK", [T(x, dims), T<long>([k])], [("axis", 1L), ("largest", largest ? 1L : 0L)], outputs: 2, threads: 1 + random.Next(2));
        E[] values = Elements<E>((Tensor)results[0]!);
        long[] indices = Elements<long>((Tensor)results[1]!);
        for (long o = 0; o < dims[0]; o++)
        {
            for (long i = 0; i < dims[2]; i++)
            {
                E[] line = [.. Enumerable.Range(0, (int)size).Select(p => x[(((o * size) + p) * dims[2]) + i])];
                IEnumerable<int> order = Enumerable.Range(0, (int)size);
                int[] sorted = largest
                    ? [.. order.OrderByDescending(p => E.IsNaN(line[p])).ThenByDescending(p => line[p])]
                    : [.. order.OrderBy(p => E.IsNaN(line[p])).ThenBy(p => line[p])];
                for (long p = 0; p < k; p++)
                {
                    long at = (((o * k) + p) * dims[2]) + i;
                    Assert.Equal(sorted[p], indices[(int)at]);
                    Assert.Equal(line[sorted[p]], values[(int)at]);
                }
            }
        }
    }
}
