using System.Numerics;
using System.Runtime.CompilerServices;
using Inference.Kernels.Memory;
using Inference.Kernels.Threading;
using Inference.Operators.Images;
using Inference.Operators.MatrixProduct;
using Inference.Operators.Typed;

namespace Inference.Operators.Convolution;

/// <summary>
/// Convolution over two spatial axes whose samples are moved by offsets [N, offset_group·kh·kw·2, oh, ow] (y, then x), read bilinearly with zeros outside, and
/// weighted by a mask [N, offset_group·kh·kw, oh, ow]. Inputs: X, W, offset, B, mask. Source: ONNX DeformConv, opsets 19 and 22.
/// </summary>
internal sealed unsafe class DeformConv(Node node) : FloatOperator
{
    // Two nanoseconds a sample.
    private const long ParallelSamples = WorkerPool.SharedNanoseconds / 2;

    private readonly WindowAttributes _window = new(node);
    private readonly long _group = Conv.ReadGroup(node);
    private readonly long _offsetGroup = node.Attributes.Int("offset_group", 1);

    protected override void InferOutputs(InferContext context)
    {
        ElementType type = Shapes.RequireType(context, 0, TypeSet.Floating);
        Dimension[]? x = Shapes.RequireRank(context, 0, 4);
        Dimension[]? y = ConvShape.Infer(context, 0, 1, _window, _group);
        if (_offsetGroup is <= 0 or > int.MaxValue || (x?[1].Size is { } channels && channels % _offsetGroup != 0))
        {
            throw context.Error($"attribute 'offset_group': expected a divisor of the number of channels, got {_offsetGroup}.");
        }

        if (x is not null && y is { Length: 4 } && context.InputShape(1) is { Length: 4 } w)
        {
            Dimension group = Dimension.Fixed(_offsetGroup);
            Shapes.RequireShape(context, 2, x[0], Shapes.Product([group, w[2], w[3], Dimension.Fixed(2)]), y[2], y[3]);
            Shapes.RequireShape(context, 3, w[0]);
            Shapes.RequireShape(context, 4, x[0], Shapes.Product([group, w[2], w[3]]), y[2], y[3]);
        }

        for (int i = 1; i < context.InputCount; i++)
        {
            Shapes.RequireType(context, i, TypeSet.Floating);
        }

        context.SetOutput(0, type, y);
    }

    public override void PropagateBatch(BatchContext context)
    {
        bool apart = context.InputAxis(0) == 0 && context.InputAxis(1) == BatchContext.None && context.InputAxis(2) == 0
            && (!context.Node.HasInput(3) || context.InputAxis(3) == BatchContext.None) && (!context.Node.HasInput(4) || context.InputAxis(4) == 0);
        context.SetAll(apart, 0);
    }

    protected override void RunSingle(KernelContext context) => Compute<float>(context);

    protected override void RunDouble(KernelContext context) => Compute<double>(context);

    private void Compute<C>(KernelContext context)
        where C : unmanaged, IFloatingPointIeee754<C>
    {
        Tensor x = context.Input(0);
        Tensor w = context.Input(1);
        Tensor y = context.Output(0);
        if (y.Count == 0)
        {
            return;
        }

        WindowGrid grid = WindowGrid.Create(_window, x.Dims[2..], w.Dims[2..], y.Dims[2..]);
        C* bias = context.OptionalInput(3) is { } b ? (C*)b.Data : null;
        C* mask = context.OptionalInput(4) is { } m ? (C*)m.Data : null;
        long channels = w.Dims[1];
        long filters = w.Dims[0] / _group;
        long depth = channels * grid.KernelCount;
        long offsetPlanes = _offsetGroup * grid.KernelCount;
        C* columns = (C*)context.Scratch(depth * grid.OutputCount * sizeof(C));
        for (long n = 0; n < x.Dims[0]; n++)
        {
            C* offsets = (C*)context.Input(2).Data + n * offsetPlanes * 2 * grid.OutputCount;
            C* weights = mask is null ? null : mask + n * offsetPlanes * grid.OutputCount;
            for (long g = 0; g < _group; g++)
            {
                long perOffsetGroup = x.Dims[1] / _offsetGroup;
                for (long channel = g * channels, end; channel < (g + 1) * channels; channel = end)
                {
                    // Channels of one group that are moved alike.
                    long offsetGroup = channel / perOffsetGroup;
                    end = Math.Min((g + 1) * channels, (offsetGroup + 1) * perOffsetGroup);
                    var windows = new Windows<C>
                    {
                        Grid = grid,
                        Planes = (C*)x.Data + (n * x.Dims[1] + channel) * grid.InputCount,
                        Channels = (nint)(end - channel),
                        Offsets = offsets + offsetGroup * grid.KernelCount * 2 * grid.OutputCount,
                        Mask = weights is null ? null : weights + offsetGroup * grid.KernelCount * grid.OutputCount,
                        Columns = columns + (channel - g * channels) * grid.KernelCount * grid.OutputCount,
                    };
                    WorkerPool.Run(checked((int)grid.KernelCount), ref windows, (end - channel) * grid.KernelCount * grid.OutputCount >= ParallelSamples ? context.Threads : 1);
                }

                C* target = (C*)y.Data + (n * y.Dims[1] + g * filters) * grid.OutputCount;
                C* matrix = (C*)w.Data + (g * filters * depth);
                StridedProduct.Run(matrix, depth, columns, grid.OutputCount, false, target, grid.OutputCount, filters, grid.OutputCount, depth, C.One, context.Threads);

                for (long f = 0; bias is not null && f < filters; f++)
                {
                    context.ThrowIfCancelled();
                    C* row = target + (f * grid.OutputCount);
                    for (long i = 0; i < grid.OutputCount; i++)
                    {
                        row[i] += bias[(g * filters) + f];
                    }
                }
            }
        }
    }

    // One step of the kernel over all windows.
    private struct Windows<C> : IBlockAction
        where C : unmanaged, IFloatingPointIeee754<C>
    {
        // Points that are placed, then read from all channels.
        private const int Points = 256;

        public WindowGrid Grid;
        public C* Planes;
        public nint Channels;
        public C* Offsets;
        public C* Mask;
        public C* Columns;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Invoke(int block)
        {
            nint outputs = (nint)Grid.OutputCount;
            C* moveY = Offsets + (2 * block * outputs);
            C* moveX = moveY + outputs;
            C* columns = Columns + (block * outputs);
            (long stepY, long stepX) = Math.DivRem(block, Grid.Kernel[1]);
            long startY = stepY * Grid.Dilation[0] - Grid.Before[0];
            long startX = stepX * Grid.Dilation[1] - Grid.Before[1];
            using var memory = new AlignedScratch<byte>(SampledBlock<C>.Bytes(4, Points));
            var work = default(WorkCounter);
            for (nint first = 0; first < outputs; first += Points)
            {
                var sampled = new SampledBlock<C>(memory.Pointer, 4, Points);
                nint end = nint.Min(outputs, first + Points);
                work.Add((end - first) * Channels * 4);
                (long row, long column) = Math.DivRem((long)first, Grid.Output[1]);
                for (nint o = first; o < end; o++, column++)
                {
                    if (column == Grid.Output[1])
                    {
                        (row, column) = (row + 1, 0);
                    }

                    long baseY = row * Grid.Stride[0] + startY;
                    long baseX = column * Grid.Stride[1] + startX;
                    double scale = Mask is null ? 1 : double.CreateTruncating(Mask[(block * outputs) + o]);
                    Place(ref sampled, double.CreateTruncating(C.CreateTruncating(baseY) + moveY[o]), double.CreateTruncating(C.CreateTruncating(baseX) + moveX[o]), scale);
                }

                sampled.Sample<C, Same>(Planes, (nint)Grid.InputCount, Channels, columns + first, (nint)Grid.KernelCount * outputs);
            }
        }

        // Zeros lie outside of the plane.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Place(ref SampledBlock<C> sampled, double y, double x, double scale)
        {
            (long height, long width) = (Grid.Input[0], Grid.Input[1]);
            double top = Math.Floor(y);
            double left = Math.Floor(x);
            if (top >= 0 && top < height - 1 && left >= 0 && left < width - 1)
            {
                sampled.SetBilinear(((nint)top * (nint)width) + (nint)left, (nint)width, y - top, x - left, scale);
                return;
            }

            Span<long> offsets = stackalloc long[4];
            Span<double> weights = stackalloc double[4];
            int count = 0;
            bool near = y > -1 && y < height && x > -1 && x < width;
            for (int k = 0; near && k < 4; k++)
            {
                long row = (long)top + (k >> 1);
                long column = (long)left + (k & 1);
                if ((ulong)row < (ulong)height && (ulong)column < (ulong)width)
                {
                    offsets[count] = (row * width) + column;
                    weights[count++] = (k < 2 ? 1 - (y - top) : y - top) * ((k & 1) == 0 ? 1 - (x - left) : x - left) * scale;
                }
            }

            sampled.Set(offsets[..count], weights[..count]);
        }

        private readonly struct Same : IReadAs<C, C>
        {
            public static C Read(C value) => value;
        }
    }
}
