using System.Numerics;
using Inference.Operators.MatrixProduct;
using Inference.Operators.Typed;

namespace Inference.Operators.Convolution;

/// <summary>
/// Convolution over two spatial axes whose samples are moved by offsets [N, offset_group·kh·kw·2, oh, ow] (y, then x), read bilinearly with zeros outside, and
/// weighted by a mask [N, offset_group·kh·kw, oh, ow]. Inputs: X, W, offset, B, mask. Source: ONNX DeformConv, opsets 19 and 22.
/// </summary>
internal sealed unsafe class DeformConv(Node node) : FloatOperator
{
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
                context.ThrowIfCancelled();
                for (long c = 0; c < channels; c++)
                {
                    context.ThrowIfCancelled();
                    long channel = g * channels + c;
                    long offsetGroup = channel / (x.Dims[1] / _offsetGroup);
                    C* plane = (C*)x.Data + (n * x.Dims[1] + channel) * grid.InputCount;
                    C* groupOffsets = offsets + offsetGroup * grid.KernelCount * 2 * grid.OutputCount;
                    C* groupWeights = weights is null ? null : weights + offsetGroup * grid.KernelCount * grid.OutputCount;
                    Unfold(context, in grid, plane, groupOffsets, groupWeights, columns + c * grid.KernelCount * grid.OutputCount);
                }

                C* target = (C*)y.Data + (n * y.Dims[1] + g * filters) * grid.OutputCount;
                C* matrix = (C*)w.Data + (g * filters * depth);
                long atOnce = typeof(C) == typeof(float) ? filters : 1;
                for (long f = 0; f < filters; f += atOnce)
                {
                    context.ThrowIfCancelled();
                    StridedProduct.Run(
                        matrix + (f * depth), depth, columns, grid.OutputCount, false, target + (f * grid.OutputCount), grid.OutputCount, atOnce, grid.OutputCount, depth, C.One, context.Threads);
                }

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

    private static void Unfold<C>(KernelContext context, in WindowGrid grid, C* plane, C* offsets, C* mask, C* columns)
        where C : unmanaged, IFloatingPointIeee754<C>
    {
        for (long k = 0; k < grid.KernelCount; k++)
        {
            long ky = k / grid.Kernel[1];
            long kx = k % grid.Kernel[1];
            C* moveY = offsets + 2 * k * grid.OutputCount;
            C* moveX = moveY + grid.OutputCount;
            for (long o = 0; o < grid.OutputCount; o++)
            {
                if ((o & 0xFFFF) == 0xFFFF)
                {
                    context.ThrowIfCancelled();
                }

                long baseY = o / grid.Output[1] * grid.Stride[0] - grid.Before[0] + ky * grid.Dilation[0];
                long baseX = o % grid.Output[1] * grid.Stride[1] - grid.Before[1] + kx * grid.Dilation[1];
                C value = Sample(in grid, plane, C.CreateTruncating(baseY) + moveY[o], C.CreateTruncating(baseX) + moveX[o]);
                columns[k * grid.OutputCount + o] = mask is null ? value : value * mask[k * grid.OutputCount + o];
            }
        }
    }

    private static C Sample<C>(in WindowGrid grid, C* plane, C y, C x)
        where C : unmanaged, IFloatingPointIeee754<C>
    {
        if (!(y > -C.One && y < C.CreateTruncating(grid.Input[0]) && x > -C.One && x < C.CreateTruncating(grid.Input[1])))
        {
            return C.Zero;
        }

        C floorY = C.Floor(y);
        C floorX = C.Floor(x);
        long top = long.CreateTruncating(floorY);
        long left = long.CreateTruncating(floorX);
        C fy = y - floorY;
        C fx = x - floorX;
        return At(in grid, plane, top, left) * (C.One - fy) * (C.One - fx) + At(in grid, plane, top, left + 1) * (C.One - fy) * fx
            + At(in grid, plane, top + 1, left) * fy * (C.One - fx) + At(in grid, plane, top + 1, left + 1) * fy * fx;
    }

    private static C At<C>(in WindowGrid grid, C* plane, long y, long x)
        where C : unmanaged, IFloatingPointIeee754<C> =>
        (ulong)y < (ulong)grid.Input[0] && (ulong)x < (ulong)grid.Input[1] ? plane[y * grid.Input[1] + x] : C.Zero;
}
