using System.Numerics;
using static Inference.Tests.Operators.OperatorHarness;

namespace Inference.Tests.Operators.Reduction;

/// <summary>Random shapes, axes and element types of the reducing operators against their formulas.</summary>
public sealed class ReductionFoldTests
{
    private const int Draws = 150;

    public static TheoryData<string> Folds => ["ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL1", "ReduceL2", "ReduceSumSquare", "ReduceLogSum", "ReduceLogSumExp"];

    [Theory]
    [MemberData(nameof(Folds))]
    public void Reduce_AnyAxes_EqualsFormula(string op)
    {
        for (int seed = 0; seed < Draws; seed++)
        {
            var random = new Random(seed);
            (long[] dims, long[] axes) = Draw(random);
            Reduce<float>(op, dims, axes, random, v => (float)v, 2e-5);
            Reduce<double>(op, dims, axes, random, v => v, 1e-12);
            Reduce<Half>(op, dims, axes, random, v => (Half)v, 4e-3);
            if (op is "ReduceSum" or "ReduceMax" or "ReduceMin" or "ReduceL1" or "ReduceMean")
            {
                Reduce<long>(op, dims, axes, random, v => (long)(v * 1000), 0);
                Reduce<int>(op, dims, axes, random, v => (int)(v * 1000), 0);
            }

            if (op is "ReduceMax" or "ReduceMin")
            {
                Reduce<byte>(op, dims, axes, random, v => (byte)(v * 100), 0);
                Reduce<sbyte>(op, dims, axes, random, v => (sbyte)(v * 60), 0);
                Reduce<ushort>(op, dims, axes, random, v => (ushort)(v * 10000), 0);
            }
        }
    }

    [Theory]
    [InlineData("ReduceMax")]
    [InlineData("ReduceMin")]
    public void Extremes_NaNInfinitiesAndZeros_AsOrdered(string op)
    {
        float[] values = [float.NaN, float.NegativeInfinity, float.PositiveInfinity, -0f, 0f, 1f];
        for (int length = 1; length < 70; length++)
        {
            var random = new Random(length);
            foreach (bool columns in (bool[])[false, true])
            {
                const int Others = 9;
                int first = random.Next(2) == 0 ? 3 : random.Next(6);
                float[] x = [.. Enumerable.Range(0, length * Others).Select(_ => values[first + random.Next(values.Length - first)])];
                Tensor y = Run(op, [T(x, columns ? [length, Others] : [Others, length]), T<long>([columns ? 0 : 1])]);
                for (int i = 0; i < Others; i++)
                {
                    IEnumerable<float> line = Enumerable.Range(0, length).Select(k => columns ? x[(k * Others) + i] : x[(i * length) + k]);
                    float expected = line.Aggregate(op == "ReduceMax" ? float.Max : float.Min);
                    float got = Elements<float>(y)[i];
                    Assert.True(float.IsNaN(expected) ? float.IsNaN(got) : BitConverter.SingleToInt32Bits(expected) == BitConverter.SingleToInt32Bits(got), $"{length}: expected {expected}, got {got}");
                }
            }
        }
    }

    [Theory]
    [InlineData("ArgMax")]
    [InlineData("ArgMin")]
    public void Arg_AnyAxis_EqualsFormula(string op)
    {
        for (int seed = 0; seed < Draws; seed++)
        {
            var random = new Random(seed);
            Arg<float>(op, random, v => v < 0.02 ? float.NaN : (float)Math.Round(v * 20) - 10);
            Arg<double>(op, random, v => Math.Round(v * 20) - 10);
            Arg<Half>(op, random, v => (Half)(Math.Round(v * 20) - 10));
            Arg<byte>(op, random, v => (byte)(v * 12));
            Arg<sbyte>(op, random, v => (sbyte)((v * 12) - 6));
            Arg<int>(op, random, v => (int)(v * 12) - 6);
            Arg<ulong>(op, random, v => (ulong)(v * 12));
        }
    }

    [Theory]
    [InlineData("CumSum")]
    [InlineData("CumProd")]
    public void Cumulative_AnyAxis_EqualsFormula(string op)
    {
        for (int seed = 0; seed < Draws; seed++)
        {
            var random = new Random(seed);
            Cumulate<float>(op, random, v => (float)(v + 0.5));
            Cumulate<double>(op, random, v => v + 0.5);
            Cumulate<int>(op, random, v => (int)(v * 9) - 4);
            Cumulate<long>(op, random, v => (long)(v * 9) - 4);
        }
    }

    [Fact]
    public void Hardmax_AnyAxis_MarksTheFirstLargestOrTheFirstNaN()
    {
        for (int seed = 0; seed < Draws; seed++)
        {
            var random = new Random(seed);
            (long[] dims, _) = Draw(random);
            int axis = random.Next(dims.Length);
            float[] x = Values(random, dims, v => v < 0.02 ? float.NaN : v < 0.1 ? float.NegativeInfinity : (float)Math.Round(v * 10));
            float[] y = Elements<float>(Run("Hardmax", [T(x, dims)], ("axis", (long)axis)));
            foreach (long[] line in Lines(dims, axis))
            {
                int best = 0;
                for (int k = 1; k < line.Length; k++)
                {
                    (float a, float b) = (x[line[k]], x[line[best]]);
                    best = a > b || (float.IsNaN(a) && !float.IsNaN(b)) ? k : best;
                }

                for (int k = 0; k < line.Length; k++)
                {
                    Assert.Equal(k == best ? 1f : 0f, y[(int)line[k]]);
                }
            }
        }
    }

    private static void Reduce<E>(string op, long[] dims, long[] axes, Random random, Func<double, E> convert, double tolerance)
        where E : unmanaged, INumber<E>
    {
        E[] x = Values(random, dims, convert);
        E[] y = Elements<E>((Tensor)RunAll(op, [T(x, dims), T(axes)], threads: 1 + random.Next(2))[0]!);
        List<double>[] groups = Groups(dims, axes, x);
        Assert.Equal(groups.Length, y.Length);
        for (int i = 0; i < y.Length; i++)
        {
            List<double> v = groups[i];
            double expected = op switch
            {
                "ReduceSum" => v.Sum(),
                "ReduceMean" => tolerance == 0 ? Math.Truncate(v.Sum() / v.Count) : v.Average(),
                "ReduceMax" => v.Max(),
                "ReduceMin" => v.Min(),
                "ReduceProd" => v.Aggregate(1.0, (a, b) => a * b),
                "ReduceL1" => v.Sum(Math.Abs),
                "ReduceL2" => Math.Sqrt(v.Sum(a => a * a)),
                "ReduceSumSquare" => v.Sum(a => a * a),
                "ReduceLogSum" => Math.Log(v.Sum()),
                _ => Math.Log(v.Sum(Math.Exp)),
            };
            double got = double.CreateChecked(y[i]);
            if (typeof(E) != typeof(Half) || Math.Abs(expected) is < 60000 and > 1e-4)
            {
                Assert.True(Math.Abs(expected - got) <= tolerance * (1 + Math.Abs(expected)), $"{typeof(E).Name}[{string.Join(",", dims)}] axes [{string.Join(",", axes)}]: element {i}: expected {expected}, got {got}");
            }
        }
    }

    private static void Arg<E>(string op, Random random, Func<double, E> convert)
        where E : unmanaged, INumber<E>
    {
        (long[] dims, _) = Draw(random);
        int axis = random.Next(dims.Length);
        bool last = random.Next(2) == 0;
        E[] x = Values(random, dims, v => convert(Math.Min(v / 2, 0.999)));
        long[] y = Elements<long>((Tensor)RunAll(op, [T(x, dims)], [("axis", (long)axis), ("select_last_index", last ? 1L : 0L)], threads: 1 + random.Next(2))[0]!);
        int o = 0;
        foreach (long[] line in Lines(dims, axis))
        {
            int best = 0;
            for (int k = 1; k < line.Length; k++)
            {
                (E a, E b) = (x[line[k]], x[line[best]]);
                best = (op == "ArgMax" ? a > b : a < b) || (last && a == b) ? k : best;
            }

            Assert.Equal(best, y[o++]);
        }

        Assert.Equal(o, y.Length);
    }

    private static void Cumulate<E>(string op, Random random, Func<double, E> convert)
        where E : unmanaged, INumber<E>
    {
        (long[] dims, _) = Draw(random);
        int axis = random.Next(dims.Length);
        bool exclusive = random.Next(2) == 0;
        bool reverse = random.Next(2) == 0;
        E[] x = Values(random, dims, v => convert(v / 2));
        (string, object)[] attributes = [("exclusive", exclusive ? 1L : 0L), ("reverse", reverse ? 1L : 0L)];
        E[] y = Elements<E>((Tensor)RunAll(op, [T(x, dims), T<long>([axis])], attributes, threads: 1 + random.Next(2))[0]!);
        foreach (long[] line in Lines(dims, axis))
        {
            E sum = op == "CumSum" ? E.Zero : E.One;
            foreach (long at in reverse ? line.Reverse() : line)
            {
                E next = op == "CumSum" ? sum + x[at] : sum * x[at];
                Assert.Equal(exclusive ? sum : next, y[(int)at]);
                sum = next;
            }
        }
    }

    private static (long[] Dims, long[] Axes) Draw(Random random)
    {
        int rank = 1 + random.Next(4);
        long[] dims = [.. Enumerable.Range(0, rank).Select(_ => random.Next(5) == 0 ? 1L : 1 + random.NextInt64(rank < 3 ? 70 : 12))];
        long[] axes = [.. Enumerable.Range(0, rank).Where(_ => random.Next(2) == 0).Select(a => (long)a)];
        return (dims, axes.Length == 0 ? [random.Next(rank)] : axes);
    }

    private static E[] Values<E>(Random random, long[] dims, Func<double, E> convert) =>
        [.. Enumerable.Range(0, (int)dims.Aggregate(1L, (a, b) => a * b)).Select(_ => convert(random.NextDouble() * 2))];

    private static List<double>[] Groups<E>(long[] dims, long[] axes, E[] x)
        where E : INumber<E>
    {
        List<double>[] groups = [.. Enumerable.Range(0, (int)dims.Where((_, i) => !axes.Contains(i)).Aggregate(1L, (a, b) => a * b)).Select(_ => new List<double>())];
        for (int i = 0; i < x.Length; i++)
        {
            long rest = i;
            long group = 0;
            long stride = 1;
            for (int axis = dims.Length - 1; axis >= 0; axis--)
            {
                long at = rest % dims[axis];
                rest /= dims[axis];
                if (!axes.Contains(axis))
                {
                    group += at * stride;
                    stride *= dims[axis];
                }
            }

            groups[group].Add(double.CreateChecked(x[i]));
        }

        return groups;
    }

    private static IEnumerable<long[]> Lines(long[] dims, int axis)
    {
        long inner = dims[(axis + 1)..].Aggregate(1L, (a, b) => a * b);
        long outer = dims[..axis].Aggregate(1L, (a, b) => a * b);
        for (long o = 0; o < outer; o++)
        {
            for (long i = 0; i < inner; i++)
            {
                yield return [.. Enumerable.Range(0, (int)dims[axis]).Select(k => (((o * dims[axis]) + k) * inner) + i)];
            }
        }
    }
}
