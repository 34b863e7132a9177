using static Inference.Tests.Operators.OperatorHarness;

namespace Inference.Tests.Operators.Images;

/// <summary>Operators that sample images against their formulas in double.</summary>
public sealed class SamplingTests
{
    [Theory]
    [InlineData("linear")]
    [InlineData("nearest")]
    public void GridSample_AnySizes_EqualsTheFormula(string mode)
    {
        for (int seed = 0; seed < 40; seed++)
        {
            var random = new Random(seed);
            (int channels, int height, int width, int points) = (random.Next(1, 20), random.Next(1, 9), random.Next(1, 9), random.Next(1, 300));
            Tensor x = Floats(random, [2, channels, height, width]);
            float[] grid = [.. Enumerable.Range(0, 2 * points * 2).Select(_ => (random.NextSingle() * 3) - 1.5f)];
            bool align = random.Next(2) == 0;
            float[] want = new float[2 * channels * points];
            for (int i = 0; i < want.Length; i++)
            {
                (int n, int c, int p) = (i / points / channels, i / points % channels, i % points);
                int at = ((n * points) + p) * 2;
                double gx = Place(grid[at], width);
                double gy = Place(grid[at + 1], height);
                (double top, double left) = mode == "nearest" ? (Math.Round(gy), Math.Round(gx)) : (Math.Floor(gy), Math.Floor(gx));
                double sum = 0;
                for (int k = 0; k < 4; k++)
                {
                    (double py, double px) = (top + (k / 2), left + (k % 2));
                    double weight = mode == "nearest" ? (k == 0 ? 1 : 0) : (1 - Math.Abs(py - gy)) * (1 - Math.Abs(px - gx));
                    bool inside = py >= 0 && py < height && px >= 0 && px < width;
                    sum += inside && weight != 0 ? weight * x.Span<float>()[(((((n * channels) + c) * height) + (int)py) * width) + (int)px] : 0;
                }

                want[i] = (float)sum;
            }

            (string, object)[] attributes = [("mode", mode), ("align_corners", align ? 1L : 0)];
            Near(want, [2, channels, 1, points], Run("GridSample", [x, T(grid, 2, 1, points, 2)], attributes));
            double[] wide = Array.ConvertAll(x.Span<float>().ToArray(), v => (double)v);
            Near(want, [2, channels, 1, points], Single(Run("GridSample", [T(wide, 2, channels, height, width), T(grid, 2, 1, points, 2)], attributes)));

            double Place(float g, int size) => align ? (g + 1f) / 2f * (size - 1) : (((g + 1f) * size) - 1f) / 2f;
        }
    }

    [Fact]
    public void GridSample_InfinityBesideThePoint_IsNotRead() =>
        Near([1f, 1, 1], [1, 3, 1, 1], Run("GridSample", [T([float.PositiveInfinity, 2f, 2, 2, float.PositiveInfinity, 2, 2, 2, float.PositiveInfinity, 2, 2, 2], 1, 3, 2, 2), T([2f, 0.5f], 1, 1, 1, 2)], ("align_corners", 1L)));

    [Theory]
    [InlineData("avg", 0)]
    [InlineData("avg", 2)]
    [InlineData("avg", 3)]
    [InlineData("max", 2)]
    public void RoiAlign_AnySizes_EqualsTheFormula(string mode, int ratio)
    {
        for (int seed = 0; seed < 30; seed++)
        {
            var random = new Random(seed);
            (int channels, int height, int width) = (random.Next(1, 4), random.Next(1, 20), random.Next(1, 40));
            (int bins, int across) = (random.Next(1, 9), random.Next(1, 20));
            Tensor x = Floats(random, [2, channels, height, width]);
            float[] rois = [.. Enumerable.Range(0, 3).SelectMany(_ => new[] { Draw(width), Draw(height), Draw(width), Draw(height) })];
            long[] images = [1, 0, 1];
            float[] want = new float[3 * channels * bins * across];
            for (int i = 0; i < want.Length; i++)
            {
                (int r, int c, int by, int bx) = (i / across / bins / channels, i / across / bins % channels, i / across % bins, i % across);
                double y1 = rois[(r * 4) + 1] - 0.5;
                double x1 = rois[r * 4] - 0.5;
                double binH = (rois[(r * 4) + 3] - 0.5 - y1) / bins;
                double binW = (rois[(r * 4) + 2] - 0.5 - x1) / across;
                int sy = ratio > 0 ? ratio : (int)Math.Max(0, Math.Ceiling(binH));
                int sx = ratio > 0 ? ratio : (int)Math.Max(0, Math.Ceiling(binW));
                double sum = 0;
                double? largest = null;
                for (int s = 0; s < sy * sx; s++)
                {
                    double py = y1 + (by * binH) + (((s / sx) + 0.5) * binH / sy);
                    double px = x1 + (bx * binW) + (((s % sx) + 0.5) * binW / sx);
                    (double value, double most) = Sample(images[r], c, py, px);
                    sum += value;
                    largest = largest is { } before ? Math.Max(before, most) : most;
                }

                want[i] = (float)(mode == "max" ? largest ?? 0 : sum / Math.Max(1, sy * sx));
            }

            Tensor got = Run("RoiAlign", [x, T(rois, 3, 4), T(images)], ("mode", mode), ("output_height", (long)bins), ("output_width", (long)across), ("sampling_ratio", (long)ratio));
            Near(want, [3, channels, bins, across], got);

            float Draw(int size) => (random.NextSingle() * (size + 6)) - 3;

            (double Value, double Most) Sample(long n, int c, double py, double px)
            {
                if (!(py >= -1 && py <= height && px >= -1 && px <= width))
                {
                    return (0, 0);
                }

                (py, px) = (Math.Max(py, 0), Math.Max(px, 0));
                (int top, int left) = (Math.Min((int)py, height - 1), Math.Min((int)px, width - 1));
                (int down, int right) = (Math.Min(top + 1, height - 1), Math.Min(left + 1, width - 1));
                (double fy, double fx) = (top == height - 1 ? 0 : py - top, left == width - 1 ? 0 : px - left);
                double At(int a, int b) => x.Span<float>()[(int)(((((n * channels) + c) * height) + a) * width) + b];
                double[] parts = [At(top, left) * (1 - fy) * (1 - fx), At(top, right) * (1 - fy) * fx, At(down, left) * fy * (1 - fx), At(down, right) * fy * fx];
                return (parts.Sum(), parts.Max());
            }
        }
    }

    [Theory]
    [InlineData(0L)]
    [InlineData(1L)]
    public void AffineGrid_AnySizes_EqualsTheFormula(long align)
    {
        var random = new Random(3);
        for (int width = 1; width < 70; width++)
        {
            foreach (long[] size in new long[][] { [2, 1, 3, width], [2, 1, 2, 3, width] })
            {
                int axes = size.Length - 2;
                Tensor theta = Floats(random, [2, axes, axes + 1]);
                long points = TensorShape.Count(size.AsSpan(2));
                float[] want = new float[2 * points * axes];
                for (int i = 0; i < want.Length; i++)
                {
                    (long n, long p, int row) = (i / axes / points, i / axes % points, i % axes);
                    double sum = theta.Span<float>()[(int)((((n * axes) + row) * (axes + 1)) + axes)];
                    for (int k = 0; k < axes; k++)
                    {
                        long extent = size[^(k + 1)];
                        double place = align == 0 ? (((2.0 * (p % extent)) + 1) / extent) - 1 : extent == 1 ? 0 : (2.0 * (p % extent) / (extent - 1)) - 1;
                        sum += place * theta.Span<float>()[(int)((((n * axes) + row) * (axes + 1)) + k)];
                        p /= extent;
                    }

                    want[i] = (float)sum;
                }

                Near(want, [2, .. size.AsSpan(2), axes], Run("AffineGrid", [theta, T(size)], ("align_corners", align)));
            }
        }
    }

    [Fact]
    public void Resize_NearestOfAnyTypeAndAxis_TakesElements()
    {
        for (int seed = 0; seed < 120; seed++)
        {
            var random = new Random(seed);
            long[] input = [random.Next(1, 4), random.Next(1, 5), random.Next(1, 8), random.Next(1, 40)];
            long[] output = [.. input.Select(n => random.Next(3) == 0 ? n : (long)random.Next(1, (int)(2 * n) + 2))];
            int count = (int)TensorShape.Count(input);
            Check<float>(T([.. Enumerable.Range(0, count).Select(i => (float)i)], input));
            Check<byte>(T([.. Enumerable.Range(0, count).Select(i => (byte)i)], input));
            Check<short>(T([.. Enumerable.Range(0, count).Select(i => (short)i)], input));
            Check<long>(T([.. Enumerable.Range(0, count).Select(i => (long)i)], input));

            void Check<TElement>(Tensor x)
                where TElement : unmanaged
            {
                var want = new TElement[TensorShape.Count(output)];
                for (long i = 0; i < want.Length; i++)
                {
                    (long rest, long at, long stride) = (i, 0, 1);
                    for (int axis = 3; axis >= 0; axis--)
                    {
                        long place = rest % output[axis] * input[axis] / output[axis];
                        rest /= output[axis];
                        at += place * stride;
                        stride *= input[axis];
                    }

                    want[i] = x.Span<TElement>()[(int)at];
                }

                Same(want, output, Run("Resize", [x, null, null, T(output)], ("mode", "nearest"), ("coordinate_transformation_mode", "asymmetric"), ("nearest_mode", "floor")));
            }
        }
    }

    private static Tensor Floats(Random random, long[] dims) => T([.. Enumerable.Range(0, (int)TensorShape.Count(dims)).Select(_ => (random.NextSingle() * 2) - 1)], dims);

    private static Tensor Single(Tensor x) => T(Array.ConvertAll(x.Span<double>().ToArray(), v => (float)v), x.Dims.ToArray());
}
