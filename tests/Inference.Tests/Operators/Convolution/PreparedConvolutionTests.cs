using static Inference.Tests.Operators.OperatorHarness;

namespace Inference.Tests.Operators.Convolution;

/// <summary>Convolutions with constant filters, which have kernels of their own, against sums over windows in double; the harness runs both forms.</summary>
public sealed class PreparedConvolutionTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Run_ManyGeometries_EqualsTheFormula(bool transposed)
    {
        for (int seed = 0; seed < 150; seed++)
        {
            var random = new Random(seed);
            int spatial = transposed ? random.Next(1, 4) : 3;
            int groups = random.Next(3) == 0 ? random.Next(2, 4) : 1;
            int channels = groups * random.Next(1, 6);
            int filters = groups * (random.Next(4) == 0 ? random.Next(8, 20) : random.Next(1, 5));
            long[] size = Draw(1, 7);
            long[] kernel = Draw(1, 4);
            long[] strides = Draw(1, 4);
            long[] dilations = Draw(1, 3);
            long[] extent = [.. kernel.Select((k, i) => ((k - 1) * dilations[i]) + 1)];
            long[] pads = [.. Enumerable.Range(0, 2 * spatial).Select(i => (long)random.Next((int)extent[i % spatial]))];
            long[] extra = [.. strides.Select((s, i) => transposed && random.Next(2) == 0 ? random.Next((int)Math.Max(s, dilations[i])) : 0L)];
            long[] output = [.. size.Select((n, i) => transposed
                ? ((n - 1) * strides[i]) + extent[i] + extra[i] - pads[i] - pads[i + spatial]
                : n + pads[i] + pads[i + spatial] < extent[i] ? 0 : ((n + pads[i] + pads[i + spatial] - extent[i]) / strides[i]) + 1)];
            if (output.Any(n => n < 1))
            {
                continue;
            }

            int batch = random.Next(1, 3);
            Tensor x = Floats(random, [batch, channels, .. size]);
            Tensor w = Floats(random, transposed ? [channels, filters / groups, .. kernel] : [filters, channels / groups, .. kernel]);
            Tensor? bias = random.Next(2) == 0 ? Floats(random, [filters]) : null;
            float[] expected = Formula(transposed, x, w, bias, groups, strides, dilations, pads[..spatial], output);
            (string, object)[] attributes = [("group", (long)groups), ("strides", strides), ("dilations", dilations), ("pads", pads)];
            EngineValue?[] inputs = bias is null ? [x, w] : [x, w, bias];
            Near(expected, [batch, filters, .. output], transposed ? Run("ConvTranspose", inputs, [.. attributes, ("output_padding", extra)]) : Run("Conv", inputs, attributes), 2e-5f);

            long[] Draw(int from, int to) => [.. Enumerable.Range(0, spatial).Select(_ => (long)random.Next(from, to))];
        }
    }

    private static Tensor Floats(Random random, long[] dims) => T([.. Enumerable.Range(0, (int)TensorShape.Count(dims)).Select(_ => random.NextSingle() - 0.5f)], dims);

    // Each element of the image beside each step of a kernel: where they meet in the output.
    private static float[] Formula(bool transposed, Tensor x, Tensor w, Tensor? bias, int groups, long[] strides, long[] dilations, long[] before, long[] output)
    {
        long[] size = x.Dims[2..].ToArray();
        long[] kernel = w.Dims[2..].ToArray();
        (long batch, long channels) = (x.Dims[0], x.Dims[1]);
        long filters = transposed ? w.Dims[1] * groups : w.Dims[0];
        long outputs = TensorShape.Count(output);
        long inputs = TensorShape.Count(size);
        long taps = TensorShape.Count(kernel);
        var sums = new double[batch * filters * outputs];
        for (long o = 0; o < (transposed ? inputs : outputs); o++)
        {
            for (long k = 0; k < taps; k++)
            {
                (long i, bool inside) = Meet(o, k);
                for (long n = 0; inside && n < batch; n++)
                {
                    for (long f = 0; f < filters; f++)
                    {
                        long group = f / (filters / groups);
                        for (long c = 0; c < channels / groups; c++)
                        {
                            long channel = (group * channels / groups) + c;
                            double weight = w.Span<float>()[(int)(transposed ? (((channel * filters / groups) + (f % (filters / groups))) * taps) + k : (((f * channels / groups) + c) * taps) + k)];
                            (long from, long to) = transposed ? (o, i) : (i, o);
                            sums[(((n * filters) + f) * outputs) + to] += weight * x.Span<float>()[(int)((((n * channels) + channel) * inputs) + from)];
                        }
                    }
                }
            }
        }

        return [.. sums.Select((s, i) => (float)(s + (bias is null ? 0 : bias.Span<float>()[(int)(i / outputs % filters)])))];

        // The element that window o has at step k.
        (long At, bool Inside) Meet(long o, long k)
        {
            long[] windows = transposed ? size : output;
            long[] image = transposed ? output : size;
            long at = 0;
            long scale = 1;
            for (int i = windows.Length - 1; i >= 0; i--)
            {
                long place = (o % windows[i] * strides[i]) + (k % kernel[i] * dilations[i]) - before[i];
                if (place < 0 || place >= image[i])
                {
                    return (0, false);
                }

                at += place * scale;
                scale *= image[i];
                o /= windows[i];
                k /= kernel[i];
            }

            return (at, true);
        }
    }
}
