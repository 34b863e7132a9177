using System.Numerics;
using static Inference.Tests.Operators.OperatorHarness;

namespace Inference.Tests.Operators.Pooling;

/// <summary>Random windows over planes of one to three axes, of every element type, against the formula.</summary>
public sealed class PlaneWindowTests
{
    private const int Draws = 150;

    [Fact]
    public void MaxPool_EveryType_EqualsFormula()
    {
        for (int seed = 0; seed < Draws; seed++)
        {
            var random = new Random(seed);
            Case drawn = Case.Draw(random);
            Max<float>(drawn, random, v => (float)v, special: seed % 2 == 0);
            Max<double>(drawn, random, v => v, special: seed % 2 == 0);
            Max<Half>(drawn, random, v => (Half)v, special: seed % 2 == 0);
            Max<byte>(drawn, random, v => (byte)((int)(v * 16) & 255), special: false);
            Max<sbyte>(drawn, random, v => (sbyte)(int)(v * 16), special: false);
            Max<short>(drawn, random, v => (short)(v * 1000), special: false);
            Max<long>(drawn, random, v => (long)(v * 1e15), special: false);
        }
    }

    // A window that begins before the row and ends inside its first vector: a row that is folded by whole vectors has room behind it.
    [Fact]
    public void MaxPool_FewElementsOfARowUsed_LeavesNextRows()
    {
        for (long width = 5; width <= 40; width++)
        {
            for (long before = 0; before < 5; before++)
            {
                for (long stride = 1; stride <= 4; stride++)
                {
                    var random = new Random((int)width);
                    long kernel = Math.Min(width + before, before + 1 + random.Next(12));
                    long windows = ((width + before - kernel) / stride) + 1;
                    float[] x = [.. Enumerable.Range(0, 5 * (int)width).Select(_ => random.NextSingle() - 2)];
                    float[] expected = [.. Enumerable.Range(0, 5 * (int)windows).Select(o =>
                        Enumerable.Range(0, (int)kernel).Select(k => (o % windows * stride) + k - before).Where(at => at >= 0 && at < width).Select(at => x[(o / windows * width) + at]).DefaultIfEmpty(float.MinValue).Max())];
                    float[] y = Elements<float>((Tensor)RunAll("MaxPool", [T(x, 1, 1, 5, width)], [("kernel_shape", new long[] { 1, kernel }), ("strides", new long[] { 1, stride }), ("pads", new long[] { 0, before, 0, 0 })], threads: 1)[0]!);
                    Assert.Equal(expected, y);
                }
            }
        }
    }

    [Theory]
    [InlineData("AveragePool", 0)]
    [InlineData("AveragePool", 1)]
    [InlineData("LpPool", 1)]
    [InlineData("LpPool", 2)]
    [InlineData("LpPool", 3)]
    public void Sums_EqualFormula(string op, int option)
    {
        for (int seed = 0; seed < Draws; seed++)
        {
            var random = new Random(seed);
            Case drawn = Case.Draw(random);
            drawn.Attributes.Add(op == "AveragePool" ? ("count_include_pad", (long)option) : ("p", (long)option));
            Sum<float>(op, option, drawn, random, v => (float)v, 1e-5);
            Sum<double>(op, option, drawn, random, v => v, 1e-12);
            Sum<Half>(op, option, drawn, random, v => (Half)v, 4e-3);
        }
    }

    private static void Max<E>(Case drawn, Random random, Func<double, E> convert, bool special)
        where E : unmanaged, INumber<E>
    {
        E[] x = drawn.Fill(random, convert);
        if (special)
        {
            for (int i = random.Next(9); i < x.Length; i += 1 + random.Next(40))
            {
                x[i] = convert(random.Next(4) switch { 0 => double.NaN, 1 => double.NegativeInfinity, 2 => double.PositiveInfinity, _ => -0.0 });
            }
        }

        Tensor input = T(x, drawn.Dims);
        (string, object)[] attributes = [.. drawn.Attributes];
        var alone = (Tensor)RunAll("MaxPool", [input], attributes, threads: 1 + random.Next(2))[0]!;
        EngineValue?[] both = RunAll("MaxPool", [input], attributes, outputs: 2);
        E[] y = Elements<E>(alone);
        E[] again = Elements<E>((Tensor)both[0]!);
        long[] indices = Elements<long>((Tensor)both[1]!);
        int o = 0;
        foreach ((long plane, List<long> window, _) in drawn.Windows())
        {
            long best = -1;
            foreach (long at in window)
            {
                best = best < 0 || x[at] > x[best] || (E.IsNaN(x[at]) && !E.IsNaN(x[best])) ? at : best;
            }

            Assert.Equal(best < 0 ? plane - 1 : best, indices[o]);
            if (best >= 0)
            {
                Assert.True(y[o].Equals(x[best]), $"{drawn}: element {o}: expected {x[best]}, got {y[o]}");
                Assert.Equal(x[best], again[o]);
            }

            o++;
        }

        Assert.Equal(o, y.Length);
    }

    private static void Sum<E>(string op, int option, Case drawn, Random random, Func<double, E> convert, double tolerance)
        where E : unmanaged, INumber<E>
    {
        E[] x = drawn.Fill(random, convert);
        E[] y = Elements<E>((Tensor)RunAll(op, [T(x, drawn.Dims)], [.. drawn.Attributes], threads: 1 + random.Next(2))[0]!);
        int o = 0;
        foreach ((_, List<long> window, long padded) in drawn.Windows())
        {
            double expected = op == "AveragePool"
                ? window.Sum(at => double.CreateChecked(x[at])) / Math.Max(1, option == 1 ? padded : window.Count)
                : Math.Pow(window.Sum(at => Math.Pow(Math.Abs(double.CreateChecked(x[at])), option)), 1.0 / option);
            double got = double.CreateChecked(y[o++]);
            Assert.True(Math.Abs(expected - got) <= tolerance * (1 + Math.Abs(expected)), $"{drawn}: element {o - 1}: expected {expected}, got {got}");
        }

        Assert.Equal(o, y.Length);
    }

    private sealed class Case
    {
        private int _spatial;
        private long[] _kernel = [];
        private long[] _strides = [];
        private long[] _dilations = [];
        private long[] _pads = [];
        private long[] _outputs = [];

        public long[] Dims { get; private set; } = [];

        public List<(string, object)> Attributes { get; } = [];

        public static Case Draw(Random random)
        {
            var c = new Case { _spatial = 1 + random.Next(3) };
            int spatial = c._spatial;
            int largest = spatial == 1 ? 70 : spatial == 2 ? 24 : 9;
            c._kernel = [.. Enumerable.Range(0, spatial).Select(_ => 1L + random.Next(random.Next(4) switch { 0 => 7, 1 when spatial < 3 => 20, _ => 3 }))];
            c._strides = [.. Enumerable.Range(0, spatial).Select(_ => 1L + random.Next(random.Next(3) == 0 ? 5 : 2))];
            c._dilations = [.. Enumerable.Range(0, spatial).Select(_ => random.Next(3) == 0 ? 1L + random.Next(3) : 1)];
            long[] extent = [.. Enumerable.Range(0, spatial).Select(i => ((c._kernel[i] - 1) * c._dilations[i]) + 1)];
            c._pads = [.. Enumerable.Range(0, 2 * spatial).Select(i => random.Next(2) == 0 ? 0L : random.NextInt64(c._kernel[i % spatial]))];
            // Often so few elements more than a window has that there are one or two windows.
            bool few = random.Next(3) == 0;
            c.Dims = [1L + random.Next(2), 1L + random.Next(spatial == 3 ? 3 : 9), .. Enumerable.Range(0, spatial).Select(i => Math.Max(1, extent[i] - c._pads[i] - c._pads[i + spatial]) + random.Next(few ? 4 : largest))];
            bool ceil = random.Next(2) == 0;
            c._outputs = new long[spatial];
            for (int i = 0; i < spatial; i++)
            {
                long room = c.Dims[i + 2] + c._pads[i] + c._pads[i + spatial] - extent[i];
                long windows = ((ceil ? room + c._strides[i] - 1 : room) / c._strides[i]) + 1;
                c._outputs[i] = ceil && (windows - 1) * c._strides[i] >= c.Dims[i + 2] + c._pads[i] ? windows - 1 : windows;
            }

            c.Attributes.AddRange([("kernel_shape", c._kernel), ("strides", c._strides), ("dilations", c._dilations), ("pads", c._pads), ("ceil_mode", ceil ? 1L : 0L)]);
            return c;
        }

        public E[] Fill<E>(Random random, Func<double, E> convert) => [.. Enumerable.Range(0, (int)Dims.Aggregate(1L, (a, b) => a * b)).Select(_ => convert((random.NextDouble() * 16) - 8))];

        /// <summary>For each window in order: where its plane starts, the elements inside in order, and how many there are with pads.</summary>
        public IEnumerable<(long Plane, List<long> Window, long Padded)> Windows()
        {
            long planeSize = Dims[2..].Aggregate(1L, (a, b) => a * b);
            for (long plane = 0; plane < Dims[0] * Dims[1]; plane++)
            {
                for (long o = 0; o < _outputs.Aggregate(1L, (a, b) => a * b); o++)
                {
                    var window = new List<long> { plane * planeSize };
                    long padded = 1;
                    long rest = o;
                    long stride = 1;
                    var starts = new long[_spatial];
                    for (int i = _spatial - 1; i >= 0; i--)
                    {
                        starts[i] = (rest % _outputs[i] * _strides[i]) - _pads[i];
                        rest /= _outputs[i];
                    }

                    var strides = new long[_spatial];
                    for (int i = _spatial - 1; i >= 0; i--)
                    {
                        strides[i] = stride;
                        stride *= Dims[i + 2];
                    }

                    for (int i = 0; i < _spatial; i++)
                    {
                        long[] at = [.. Enumerable.Range(0, (int)_kernel[i]).Select(k => starts[i] + (k * _dilations[i]))];
                        padded *= at.Count(a => a < Dims[i + 2] + _pads[i + _spatial]);
                        window = [.. window.SelectMany(w => at.Where(a => a >= 0 && a < Dims[i + 2]).Select(a => w + (a * strides[i])))];
                    }

                    yield return (plane * planeSize, window, padded);
                }
            }
        }

        public override string ToString() => $"[{string.Join(",", Dims)}] kernel [{string.Join(",", _kernel)}] strides [{string.Join(",", _strides)}] dilations [{string.Join(",", _dilations)}] pads [{string.Join(",", _pads)}] → [{string.Join(",", _outputs)}]";
    }
}
