using System.Numerics;
using static Inference.Tests.Operators.OperatorHarness;

namespace Inference.Tests.Operators.Normalization;

/// <summary>Random shapes and element types of the normalizations against their formulas.</summary>
public sealed class NormalizationFormulaTests
{
    private const int Draws = 8;

    [Theory]
    [InlineData("BatchNormalization")]
    [InlineData("InstanceNormalization")]
    [InlineData("GroupNormalization")]
    [InlineData("MeanVarianceNormalization")]
    [InlineData("LpNormalization")]
    public void AnyShape_EqualsFormula(string op)
    {
        for (int seed = 0; seed < Draws; seed++)
        {
            Check<float>(op, new Random(seed), v => (float)v, 2e-5);
            Check<double>(op, new Random(seed), v => v, 1e-12);
            Check<Half>(op, new Random(seed), v => (Half)v, 5e-3);
        }
    }

    private static void Check<E>(string op, Random random, Func<double, E> convert, double tolerance)
        where E : unmanaged, INumber<E>
    {
        int rank = (op == "BatchNormalization" ? 2 : 3) + random.Next(3);
        long[] dims = [1 + random.Next(3), 2 * (1 + random.Next(op == "BatchNormalization" ? 40 : 4)), .. Enumerable.Range(2, rank - 2).Select(_ => 1 + random.NextInt64(rank == 3 ? 70 : 9))];
        long count = dims.Aggregate(1L, (a, b) => a * b);
        E[] x = Draw(random, count, convert, -2, 3);
        E[] scale = Draw(random, dims[1], convert, 0.5, 2);
        E[] bias = Draw(random, dims[1], convert, -1, 1);
        E[] mean = Draw(random, dims[1], convert, -1, 1);
        E[] variance = Draw(random, dims[1], convert, 0.5, 2);
        int axis = random.Next(rank);
        bool squares = random.Next(2) == 0;
        long[] axes = [.. Enumerable.Range(0, rank).Where(a => a == axis || random.Next(2) == 0).Select(a => (long)a)];
        Tensor input = T(x, dims);
        Tensor perChannel = T(scale, dims[1]);
        (EngineValue?[] inputs, (string, object)[] attributes) = op switch
        {
            "BatchNormalization" => ((EngineValue?[])[input, perChannel, T(bias, dims[1]), T(mean, dims[1]), T(variance, dims[1])], ((string, object)[])[]),
            "InstanceNormalization" => ([input, perChannel, T(bias, dims[1])], []),
            "GroupNormalization" => ([input, perChannel, T(bias, dims[1])], [("num_groups", dims[1] / 2)]),
            "LpNormalization" => ([input], [("axis", (long)axis), ("p", squares ? 2L : 1L)]),
            _ => ([input], [("axes", axes)]),
        };
        E[] y = Elements<E>((Tensor)RunAll(op, inputs, attributes, threads: 1 + random.Next(2))[0]!);
        for (long i = 0; i < count; i++)
        {
            long channel = i / dims[2..].Aggregate(1L, (a, b) => a * b) % dims[1];
            double value = Of(x, i);
            double expected;
            if (op == "BatchNormalization")
            {
                expected = ((value - Of(mean, channel)) / Math.Sqrt(Of(variance, channel) + 1e-5) * Of(scale, channel)) + Of(bias, channel);
            }
            else if (op == "LpNormalization")
            {
                double[] line = Group(x, dims, i, a => a == axis);
                double norm = squares ? Math.Sqrt(line.Sum(v => v * v)) : line.Sum(Math.Abs);
                expected = norm == 0 ? 0 : value / norm;
            }
            else if (op == "MeanVarianceNormalization")
            {
                double[] group = Group(x, dims, i, a => axes.Contains(a));
                double average = group.Average();
                double deviation = Math.Sqrt(group.Sum(v => (v - average) * (v - average)) / group.Length);
                expected = deviation < 1e-3 ? double.NaN : (value - average) / (deviation + 1e-9);
            }
            else
            {
                double[] group = Group(x, dims, i, a => a > 1, op == "GroupNormalization" ? 2 : 1);
                double average = group.Average();
                double spread = group.Sum(v => (v - average) * (v - average)) / group.Length;
                expected = spread < 1e-3 ? double.NaN : ((value - average) / Math.Sqrt(spread + 1e-5) * Of(scale, channel)) + Of(bias, channel);
            }

            // Of groups of almost equal elements rounding decides.
            double got = Of(y, i);
            Assert.True(double.IsNaN(expected) || Math.Abs(expected - got) <= tolerance * (4 + Math.Abs(expected)), $"{typeof(E).Name}[{string.Join(",", dims)}]: element {i}: expected {expected}, got {got}");
        }
    }

    private static double Of<E>(E[] values, long index)
        where E : INumber<E> => double.CreateChecked(values[index]);

    private static E[] Draw<E>(Random random, long count, Func<double, E> convert, double low, double high) =>
        [.. Enumerable.Range(0, (int)count).Select(_ => convert(low + (random.NextDouble() * (high - low))))];

    // The elements whose indices are those of another along all axes that do not vary; of as many neighbouring channels.
    private static double[] Group<E>(E[] x, long[] dims, long at, Func<int, bool> varies, int channels = 1)
        where E : INumber<E>
    {
        long[] Index(long i)
        {
            var index = new long[dims.Length];
            for (int axis = dims.Length - 1; axis >= 0; axis--)
            {
                (i, index[axis]) = Math.DivRem(i, dims[axis]);
            }

            index[1] /= channels;
            return index;
        }

        long[] own = Index(at);
        return [.. Enumerable.Range(0, x.Length).Where(i => Index(i).Select((v, axis) => varies(axis) || v == own[axis]).All(same => same)).Select(i => Of(x, i))];
    }
}
