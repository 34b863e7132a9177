using System.Numerics;
using System.Runtime.CompilerServices;
using Inference.Kernels.Memory;
using Inference.Kernels.Threading;
using Inference.Operators.Typed;

namespace Inference.Operators.Pooling;

/// <summary>
/// Regions of X[N, C, H, W] resampled to [R, C, oh, ow]: rois [R, 4] (x1, y1, x2, y2), batch indices [R]; each bin is the mean (or maximum) of bilinear samples.
/// half_pixel shifts by −0.5. Source: ONNX RoiAlign, opsets 10, 16 and 22.
/// </summary>
internal sealed unsafe class RoiAlign : FloatOperator
{
    // A sample reads four elements.
    private const long CheckEvery = KernelContext.CheckEvery / 4;

    // Two nanoseconds a bin.
    private const long ParallelBins = WorkerPool.SharedNanoseconds / 2;

    private readonly bool _max;
    private readonly bool _halfPixel;
    private readonly long _height;
    private readonly long _width;
    private readonly long _ratio;
    private readonly float _scale;

    public RoiAlign(Node node)
    {
        _max = node.Attributes.String("mode", "avg") switch
        {
            "avg" => false,
            "max" => true,
            string other => throw new ModelLoadException($"{node.Describe()}: attribute 'mode': expected avg or max, got '{other}'."),
        };
        _halfPixel = node.Attributes.String("coordinate_transformation_mode", "half_pixel") switch
        {
            "half_pixel" => node.Opset >= 16,
            "output_half_pixel" => false,
            string other => throw new ModelLoadException($"{node.Describe()}: attribute 'coordinate_transformation_mode': expected half_pixel or output_half_pixel, got '{other}'."),
        };
        _height = node.Attributes.Int("output_height", 1);
        _width = node.Attributes.Int("output_width", 1);
        _ratio = node.Attributes.Int("sampling_ratio", 0);
        _scale = node.Attributes.Float("spatial_scale", 1f);
        if (_height <= 0 || _width <= 0 || _ratio < 0)
        {
            throw new ModelLoadException($"{node.Describe()}: expected output_height and output_width ≥ 1 and sampling_ratio ≥ 0, got {_height}, {_width}, {_ratio}.");
        }
    }

    protected override void InferOutputs(InferContext context)
    {
        ElementType type = context.InputType(0);
        Dimension[]? x = context.InputShape(0);
        Dimension[]? rois = context.InputShape(1);
        if (x is not null && (x[2].Size == 0 || x[3].Size == 0) && rois?[0].Size is > 0)
        {
            throw context.Error($"input 0: expected images with at least one pixel, got [{string.Join(",", x)}].");
        }

        context.SetOutput(0, type, [rois?[0] ?? Dimension.Unknown, x?[1] ?? Dimension.Unknown, Dimension.Fixed(_height), Dimension.Fixed(_width)]);
    }

    protected override void RunSingle(KernelContext context) => Compute<float>(context);

    protected override void RunDouble(KernelContext context) => Compute<double>(context);

    private void Compute<C>(KernelContext context)
        where C : unmanaged, IFloatingPointIeee754<C>
    {
        if (context.Output(0).Count > 0)
        {
            var regions = new Regions<C>(this, context);
            WorkerPool.Run(checked((int)context.Input(1).Dims[0]), ref regions, context.Output(0).Count >= ParallelBins ? context.Threads : 1);
        }
    }

    // A region in pixels.
    private readonly record struct Region(long Image, double Top, double Left, double BinHeight, double BinWidth, long SamplesY, long SamplesX);

    private Region Find<C>(KernelContext context, long r)
        where C : unmanaged, IFloatingPointIeee754<C>
    {
        Tensor x = context.Input(0);
        Tensor indices = context.Input(2);
        (long height, long width) = (x.Dims[2], x.Dims[3]);
        double shift = _halfPixel ? 0.5 : 0;
        long n = Scalars.ToInt64(indices, r);
        if ((ulong)n >= (ulong)x.Dims[0])
        {
            throw context.Error($"input 2: expected batch indices in [0, {x.Dims[0] - 1}], got {n}.");
        }

        C* roi = (C*)context.Input(1).Data + r * 4;
        double x1 = double.CreateTruncating(roi[0]) * _scale - shift;
        double y1 = double.CreateTruncating(roi[1]) * _scale - shift;
        double w = double.CreateTruncating(roi[2]) * _scale - shift - x1;
        double h = double.CreateTruncating(roi[3]) * _scale - shift - y1;
        if (!_halfPixel)
        {
            w = Math.Max(w, 1);
            h = Math.Max(h, 1);
        }

        double binW = w / _width;
        double binH = h / _height;
        long samplesY = Math.Max(0, _ratio > 0 ? _ratio : (long)Math.Ceiling(binH));
        long samplesX = Math.Max(0, _ratio > 0 ? _ratio : (long)Math.Ceiling(binW));

        // Four samples for each pixel of the image, and 256×256 more: a region beyond comes from coordinates in another unit.
        if (Math.Max(1.0, samplesX) * Math.Max(1.0, samplesY) > (4.0 * height * width) + 65536)
        {
            throw context.Error($"input 1: expected regions of about the size of the image, got one that takes {samplesX}×{samplesY} samples per bin.");
        }

        return new(n, y1, x1, binH, binW, samplesY, samplesX);
    }

    // Regions one by one. A mean of bilinear samples is a product of what they weigh along each axis: rows are weighed first, then columns of their sums.
    private readonly struct Regions<C>(RoiAlign op, KernelContext context) : IBlockAction
        where C : unmanaged, IFloatingPointIeee754<C>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Invoke(int block)
        {
            Tensor x = context.Input(0);
            (long channels, long height, long width) = (x.Dims[1], x.Dims[2], x.Dims[3]);
            Region region = op.Find<C>(context, block);
            C* planes = (C*)x.Data + (region.Image * channels * height * width);
            C* target = (C*)context.Output(0).Data + (block * channels * op._height * op._width);
            if (op._max)
            {
                Largest(in region, planes, channels, height, width, target);
                return;
            }

            using var rowMemory = new AlignedScratch<C>(RoiWeights<C>.Length(op._height, height));
            using var columnMemory = new AlignedScratch<C>(RoiWeights<C>.Length(op._width, width));
            using var sums = new AlignedScratch<C>((nint)width);
            var rows = new RoiWeights<C>(rowMemory.Pointer, op._height, height, region.Top, region.BinHeight, region.SamplesY);
            var columns = new RoiWeights<C>(columnMemory.Pointer, op._width, width, region.Left, region.BinWidth, region.SamplesX);
            int padded = RoiWeights<C>.Padded(op._width);
            using var spread = new AlignedScratch<C>((nint)columns.Extent * padded);
            columns.Spread(spread.Pointer);
            C samples = C.CreateTruncating(Math.Max(1, region.SamplesY * region.SamplesX));
            var work = default(WorkCounter);
            for (long c = 0; c < channels; c++, planes += height * width)
            {
                for (long y = 0; y < op._height; y++, target += op._width)
                {
                    work.Add((rows.Reach + op._width) * columns.Extent);
                    rows.SumRows(y, planes, width, columns.First, columns.Extent, sums.Pointer);
                    if (!TrySum(sums.Pointer, spread.Pointer, (int)columns.Extent, padded, samples, target, (int)op._width))
                    {
                        for (long b = 0; b < op._width; b++)
                        {
                            target[b] = columns.Sum(b, sums.Pointer) / samples;
                        }
                    }
                }
            }
        }

        // All bins of a row at once: what a bin does not read counts 0 times. False where that is not finite.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static bool TrySum(C* row, C* weights, int extent, int padded, C samples, C* target, int bins)
        {
            bool finite = true;
            for (int b = 0; b < padded; b += Vector<C>.Count)
            {
                Vector<C> even = Vector<C>.Zero;
                Vector<C> odd = Vector<C>.Zero;
                C* own = weights + b;
                int i = 0;
                for (; i + 1 < extent; i += 2, own += 2 * padded)
                {
                    even += Vector.Load(own) * row[i];
                    odd += Vector.Load(own + padded) * row[i + 1];
                }

                if (i < extent)
                {
                    even += Vector.Load(own) * row[i];
                }

                even = (even + odd) / new Vector<C>(samples);
                finite &= Vector.EqualsAll((even - even), Vector<C>.Zero);
                if (b + Vector<C>.Count <= bins)
                {
                    even.Store(target + b);
                    continue;
                }

                for (int k = b; k < bins; k++)
                {
                    target[k] = even[k - b];
                }
            }

            return finite;
        }

        private void Largest(in Region region, C* planes, long channels, long height, long width, C* target)
        {
            for (long c = 0; c < channels; c++, planes += height * width)
            {
                for (long y = 0; y < op._height; y++)
                {
                    for (long b = 0; b < op._width; b++)
                    {
                        *target++ = C.CreateTruncating(Bin(
                            context, planes, height, width, region.Top + y * region.BinHeight, region.Left + b * region.BinWidth, region.BinHeight, region.BinWidth, region.SamplesY, region.SamplesX));
                    }
                }
            }
        }
    }

    // The largest sample of a bin.
    private static double Bin<C>(KernelContext context, C* plane, long height, long width, double top, double left, double binH, double binW, long samplesY, long samplesX)
        where C : unmanaged, IFloatingPointIeee754<C>
    {
        double result = 0;
        bool first = true;
        long budget = 0;
        for (long iy = 0; iy < samplesY; iy++)
        {
            budget -= samplesX + 1;
            if (budget < 0)
            {
                context.ThrowIfCancelled();
                budget = CheckEvery;
            }

            double y = top + (iy + 0.5) * binH / samplesY;
            for (long ix = 0; ix < samplesX; ix++)
            {
                double x = left + (ix + 0.5) * binW / samplesX;
                double value = Sample(plane, height, width, y, x);
                result = first ? value : Math.Max(result, value);
                first = false;
            }
        }

        return result;
    }

    // The largest of the four weighted neighbours.
    private static double Sample<C>(C* plane, long height, long width, double y, double x)
        where C : unmanaged, IFloatingPointIeee754<C>
    {
        if (!(y >= -1 && y <= height && x >= -1 && x <= width))
        {
            return 0;
        }

        y = Math.Max(y, 0);
        x = Math.Max(x, 0);
        long y0 = Math.Min((long)y, height - 1);
        long x0 = Math.Min((long)x, width - 1);
        long y1 = Math.Min(y0 + 1, height - 1);
        long x1 = Math.Min(x0 + 1, width - 1);
        double fy = y0 == height - 1 ? 0 : y - y0;
        double fx = x0 == width - 1 ? 0 : x - x0;
        double a = double.CreateTruncating(plane[y0 * width + x0]) * (1 - fy) * (1 - fx);
        double b = double.CreateTruncating(plane[y0 * width + x1]) * (1 - fy) * fx;
        double c = double.CreateTruncating(plane[y1 * width + x0]) * fy * (1 - fx);
        double d = double.CreateTruncating(plane[y1 * width + x1]) * fy * fx;
        return Math.Max(Math.Max(a, b), Math.Max(c, d));
    }
}
