using Inference.Kernels.Quantized;
using Inference.Kernels.Threading;
using Inference.Operators.Convolution;
using Inference.Operators.Pooling;
using Inference.Operators.Quantization;
using Inference.Operators.Reduction;
using Inference.Operators.Typed;

namespace Inference.Operators.Contrib;

/// <summary>
/// quantize(average pool(dequantize(x))) over windows or, global, over all positions; inputs (x, scale, zero, scale_y, zero_y); X is [N, C, spatial..], with
/// channels_last [N, spatial.., C]. With count_include_pad the divisor is the kernel's size, also where ceil_mode lets a window end beyond the pads. Sources: com.microsoft QLinearAveragePool, QLinearGlobalAveragePool.
/// </summary>
internal sealed unsafe class QLinearAveragePool(Node node, bool global) : Operator
{
    // Floats of the planes that are worked on at once, 256 KB: a part of the second-level cache.
    private const long BlockElements = 1 << 16;

    private readonly WindowAttributes _window = new(node);
    private readonly bool _channelsLast = node.Attributes.Int("channels_last", 0) != 0;
    private readonly bool _countPads = node.Attributes.Int("count_include_pad", 0) != 0;

    protected override void InferOutputs(InferContext context)
    {
        ElementType type = Shapes.RequireType(context, 0, MatMulInteger.Quantized);
        Dimension[]? x = Shapes.RequireRankAtLeast(context, 0, 3);
        if (x is null)
        {
            context.SetOutput(0, type, null);
            return;
        }

        int spatial = x.Length - 2;
        _window.Check(context, spatial);
        if (!global && _window.KernelShape is not { Length: > 0 })
        {
            throw context.Error("attribute 'kernel_shape': expected one size for each spatial axis, but it is absent.");
        }

        var y = (Dimension[])x.Clone();
        int first = _channelsLast ? 1 : 2;
        for (int i = 0; i < spatial; i++)
        {
            y[first + i] = global ? Dimension.Fixed(1) : _window.Output(i, spatial, x[first + i], Dimension.Fixed(_window.KernelShape![i]));
        }

        context.SetOutput(0, type, y);
    }

    public override void PropagateBatch(BatchContext context) => ConvShape.PropagateBatch(context, 0);

    public override void Run(KernelContext context)
    {
        Tensor x = context.Input(0);
        Tensor y = context.Output(0);
        if (y.Count == 0)
        {
            return;
        }

        ReadOnlySpan<long> size = _channelsLast ? x.Dims[1..^1] : x.Dims[2..];
        WindowGrid grid = WindowGrid.Create(_window, size, global ? size : _window.KernelShape, _channelsLast ? y.Dims[1..^1] : y.Dims[2..]);
        if (global)
        {
            Global(context, x, y, grid.InputCount);
            return;
        }

        if (!_channelsLast && !_countPads && PlaneWindows<Reducers.Sum, Reducers.Sum, WindowFinishes.Mean, float>.Fits(in grid))
        {
            Windows(context, x, y, in grid);
            return;
        }

        float* table = stackalloc float[256];
        QuantizedValues.Table(x.Type, context.Input(1), context.OptionalInput(2), table);
        float scale = QuantizedValues.Scale(context.Input(3));
        int zero = QuantizedValues.Zero(context.OptionalInput(4));
        float* plane = (float*)context.Scratch((grid.InputCount + grid.OutputCount) * sizeof(float));
        float* pooled = plane + grid.InputCount;
        long channels = _channelsLast ? x.Dims[^1] : x.Dims[1];
        long step = _channelsLast ? channels : 1;
        var work = default(WorkCounter);
        for (long n = 0; n < x.Dims[0]; n++)
        {
            for (long c = 0; c < channels; c++)
            {
                context.ThrowIfCancelled();
                byte* source = x.Data + n * channels * grid.InputCount + (_channelsLast ? c : c * grid.InputCount);
                byte* target = y.Data + n * channels * grid.OutputCount + (_channelsLast ? c : c * grid.OutputCount);
                for (long i = 0; i < grid.InputCount; i++)
                {
                    work.Add(1);
                    plane[i] = table[source[i * step]];
                }

                if (_countPads)
                {
                    PoolLoop.Plane<Poolings.AverageOfKernel, DirectElement<float>, float, float>(context, in grid, new(grid.KernelCount), plane, pooled);
                }
                else
                {
                    PoolLoop.Plane<Poolings.Average, DirectElement<float>, float, float>(context, in grid, new(false), plane, pooled);
                }

                for (long i = 0; i < grid.OutputCount; i++)
                {
                    work.Add(4);
                    target[i * step] = QuantizedValues.QuantizeShifted(pooled[i], scale, zero, y.Type);
                }
            }
        }
    }

    // Some planes at a time, as floats.
    private static void Windows(KernelContext context, Tensor x, Tensor y, in WindowGrid grid)
    {
        long planes = x.Dims[0] * x.Dims[1];
        long atOnce = Math.Clamp(BlockElements / grid.InputCount, 1, planes);
        float* floats = (float*)context.Scratch(atOnce * (grid.InputCount + grid.OutputCount) * sizeof(float));
        float* pooled = floats + (atOnce * grid.InputCount);
        float scale = QuantizedValues.Scale(context.Input(1));
        int zero = QuantizedValues.Zero(context.OptionalInput(2));
        for (long first = 0; first < planes; first += atOnce)
        {
            context.ThrowIfCancelled();
            long count = Math.Min(atOnce, planes - first);
            LinearQuantization.Dequantize(x.Data + (first * grid.InputCount), floats, (nint)(count * grid.InputCount), scale, zero, x.Type == ElementType.Int8);
            PlaneWindows<Reducers.Sum, Reducers.Sum, WindowFinishes.Mean, float>.Run(in grid, false, floats, pooled, count, context.Threads);
            QuantizedValues.QuantizeShifted(
                pooled, y.Data + (first * grid.OutputCount), count * grid.OutputCount, QuantizedValues.Scale(context.Input(3)), QuantizedValues.Zero(context.OptionalInput(4)), y.Type);
        }
    }

    // The mean of all positions: a sum of integers, which is exact, times scale over count.
    private void Global(KernelContext context, Tensor x, Tensor y, long count)
    {
        bool signed = x.Type == ElementType.Int8;
        double scale = (double)QuantizedValues.Scale(context.Input(1)) / count;
        long zero = QuantizedValues.Zero(context.OptionalInput(2));
        float scaleY = QuantizedValues.Scale(context.Input(3));
        int zeroY = QuantizedValues.Zero(context.OptionalInput(4));
        long channels = _channelsLast ? x.Dims[^1] : x.Dims[1];
        long* sums = (long*)context.Scratch(channels * sizeof(long));
        for (long n = 0; n < x.Dims[0]; n++)
        {
            context.ThrowIfCancelled();
            byte* image = x.Data + (n * channels * count);
            if (_channelsLast)
            {
                ByteSums.Columns(image, count, channels, sums, signed);
            }

            for (long c = 0; c < channels; c++)
            {
                long sum = _channelsLast ? sums[c] : ByteSums.Row(image + (c * count), count, signed);
                y.Data[(n * channels) + c] = QuantizedValues.QuantizeShifted((float)((sum - (zero * count)) * scale), scaleY, zeroY, y.Type);
            }
        }
    }
}
