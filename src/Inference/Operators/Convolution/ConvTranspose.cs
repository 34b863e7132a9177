using System.Numerics;
using Inference.Kernels.Gemm;
using Inference.Kernels.Memory;
using Inference.Operators.MatrixProduct;
using Inference.Operators.Movement;
using Inference.Operators.Typed;
using Inference.Operators.Views;

namespace Inference.Operators.Convolution;

/// <summary>
/// The gradient of convolution as an operator: X[N, C, in..], W[C, M/group, kernel..] → Y[N, M, out..], out = stride·(in − 1) + output_padding + extent − pads;
/// output_shape fixes out and derives the pads. Sources: ONNX ConvTranspose, opsets 1 to 22; com.microsoft ConvTransposeWithDynamicPads, whose input 2 is the pads.
/// </summary>
internal sealed unsafe class ConvTranspose(Node node, bool dynamicPads = false) : FloatOperator
{
    private const int PadsInput = 2;

    // Elements of the unfolded matrix that are worked on at once, 64 MB of f32; a larger matrix is made in parts. Parts of windows overlap in the result, so they are few.
    private const long TileElements = 1 << 24;

    private readonly WindowAttributes _window = new(node);
    private readonly long _group = Conv.ReadGroup(node);
    private readonly long[]? _outputPadding = node.Attributes.Ints("output_padding");
    private readonly long[]? _outputShape = node.Attributes.Ints("output_shape");
    private readonly int _biasInput = dynamicPads ? 3 : 2;

    protected override void InferOutputs(InferContext context)
    {
        ElementType type = Shapes.RequireType(context, 0, TypeSet.Floating);
        Shapes.RequireSameType(context, 0, 1);
        Shapes.RequireSameType(context, 0, _biasInput);
        Dimension[]? x = Shapes.RequireRankAtLeast(context, 0, 3);
        Dimension[]? w = context.InputShape(1);
        if (x is null || w is null)
        {
            context.SetOutput(0, type, null);
            return;
        }

        if (x.Length != w.Length || x.Length - 2 > WindowGrid.MaxSpatial || (x[1].Size is { } channels && w[0].Size is { } own && channels != own))
        {
            throw context.Error($"expected X[N, C, ..] and W[C, M/group, ..] of equal rank, got [{string.Join(",", x)}] and [{string.Join(",", w)}].");
        }

        int spatial = x.Length - 2;
        _window.Check(context, spatial);
        CheckAttributes(context, w, spatial);
        bool hasPads = dynamicPads && context.HasInput(PadsInput);
        long[]? pads = hasPads ? ReadPads(context, spatial) : null;
        var y = new Dimension[x.Length];
        y[0] = x[0];
        y[1] = Shapes.Product([w[1], Dimension.Fixed(_group)]);
        for (int i = 0; i < spatial; i++)
        {
            y[i + 2] = x[i + 2].Size is { } size && Kernel(i, w[i + 2]) is { } kernel && (pads is not null || !hasPads)
                ? Dimension.Fixed(Math.Max(0, Resolve(i, spatial, size, kernel, pads, out _)))
                : OutputShape(i, spatial) is { } given ? Dimension.Fixed(given) : Dimension.Unknown;
        }

        Shapes.RequireShape(context, _biasInput, y[1]);
        context.SetOutput(0, type, y);
    }

    public override long CountMacs(InferContext context) =>
        Shapes.Sizes(context.InputShape(0)) is { } x && Shapes.Sizes(context.InputShape(1)) is { } w ? TensorShape.Count(x) * TensorShape.Count(w.AsSpan(1)) : 0;

    public override void PropagateBatch(BatchContext context) => ConvShape.PropagateBatch(context, 0);

    public override Kernel? Prepare(PrepareContext context)
    {
        ReadOnlySpan<long> x = context.InputDims(0);
        if (dynamicPads || context.Constant(1) is not { } w || w.Rank != x.Length)
        {
            return null;
        }

        Span<long> before = stackalloc long[x.Length - 2];
        for (int i = 0; i < before.Length; i++)
        {
            Resolve(i, before.Length, x[i + 2], w.Dims[i + 2], default, out before[i]);
        }

        return TransposedKernel.TryCreate(context, _window, _group, before, _biasInput);
    }

    protected override void RunSingle(KernelContext context) => Compute<float>(context);

    protected override void RunDouble(KernelContext context) => Compute<double>(context);

    private void CheckAttributes(InferContext context, Dimension[] w, int spatial)
    {
        if (w[0].Size is { } channels && channels % _group != 0)
        {
            throw context.Error($"input 1: expected a number of channels that is a multiple of group {_group}, got [{string.Join(",", w)}].");
        }

        if (_outputPadding is { Length: > 0 } padding && (padding.Length != spatial || Array.Exists(padding, p => p is < 0 or >= WindowAttributes.MaxExtent)))
        {
            throw context.Error($"attribute 'output_padding': expected {spatial} values in [0, {WindowAttributes.MaxExtent - 1}], got [{string.Join(",", padding)}].");
        }

        if (_outputShape is { Length: > 0 } shape && ((shape.Length != spatial && shape.Length != spatial + 2) || Array.Exists(shape, s => s is < 0 or >= WindowAttributes.MaxExtent)))
        {
            throw context.Error($"attribute 'output_shape': expected {spatial} values in [0, {WindowAttributes.MaxExtent - 1}], got [{string.Join(",", shape)}].");
        }

        for (int i = 0; i < spatial; i++)
        {
            ConvShape.RequireKernel(context, 1, w, i);
            if (w[i + 2].Size is { } size && Kernel(i, w[i + 2]) is { } named && size != named)
            {
                throw context.Error($"attribute 'kernel_shape': expected the kernel shape of the weights [{string.Join(",", w)}], got {named} along spatial axis {i}.");
            }
        }
    }

    private long? Kernel(int axis, Dimension weights) => _window.KernelShape is { Length: > 0 } given ? given[axis] : weights.Size;

    private long? OutputShape(int axis, int spatial) => _outputShape is { Length: > 0 } shape ? shape[shape.Length - spatial + axis] : null;

    private static long[]? ReadPads(InferContext context, int spatial)
    {
        long[]? pads = ShapeRules.Integers(context, PadsInput);
        if (pads is not null && (pads.Length != 2 * spatial || Array.Exists(pads, p => p is < 0 or >= WindowAttributes.MaxExtent)))
        {
            throw context.Error($"input {PadsInput} (Pads): expected {2 * spatial} values in [0, {WindowAttributes.MaxExtent - 1}], got [{string.Join(",", pads)}].");
        }

        return pads;
    }

    private long Resolve(int axis, int spatial, long size, long kernel, ReadOnlySpan<long> pads, out long before)
    {
        long extra = _outputPadding is { Length: > 0 } ? _outputPadding[axis] : 0;
        long stride = _window.Stride(axis);
        _window.CheckExtent(axis, size, "an axis");
        long extent = ((kernel - 1) * _window.Dilation(axis)) + 1;
        _window.CheckExtent(axis, extent, "a kernel with its dilation");
        long full = (stride * (size - 1)) + extra + extent;
        _window.CheckExtent(axis, full, "an output");
        long? wanted = OutputShape(axis, spatial) ?? (_window.IsSame ? size * stride : null);
        if (wanted is { } output)
        {
            // A negative total would mean an output larger than the windows reach; those places stay zero.
            long total = Math.Max(0, full - output);
            before = _window.AutoPad == "SAME_UPPER" ? total / 2 : total - total / 2;
            return output;
        }

        bool valid = _window.AutoPad == "VALID";
        before = valid ? 0 : pads.IsEmpty ? _window.PadAttribute(axis) : pads[axis];
        return full - before - (valid ? 0 : pads.IsEmpty ? _window.PadAttribute(axis + spatial) : pads[axis + spatial]);
    }

    private WindowGrid Grid(Tensor x, Tensor w, Tensor y, Tensor? pads)
    {
        int spatial = x.Rank - 2;
        Span<long> before = stackalloc long[spatial];
        for (int i = 0; i < spatial; i++)
        {
            Resolve(i, spatial, x.Dims[i + 2], w.Dims[i + 2], pads is null ? default : pads.Span<long>(), out before[i]);
        }

        return WindowGrid.Reverse(_window, y.Dims[2..], w.Dims[2..], x.Dims[2..], before);
    }

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

        WindowGrid grid = Grid(x, w, y, dynamicPads ? context.OptionalInput(PadsInput) : null);
        C* bias = context.OptionalInput(_biasInput) is { } b ? (C*)b.Data : null;
        long channels = x.Dims[1] / _group;
        long filters = w.Dims[1];
        long rows = filters * grid.KernelCount;
        long windows = grid.OutputCount;
        long tile = Math.Clamp(TileElements / Math.Max(1, rows), Math.Min(1, windows), windows);
        C* columns = (C*)context.Scratch(Math.Max(1, rows * tile) * sizeof(C));
        for (long n = 0; n < x.Dims[0]; n++)
        {
            for (long g = 0; g < _group; g++)
            {
                C* input = (C*)x.Data + (n * x.Dims[1] + g * channels) * windows;
                C* weights = (C*)w.Data + g * channels * rows;
                C* target = (C*)y.Data + (n * y.Dims[1] + g * filters) * grid.InputCount;
                for (long f = 0; f < filters; f++)
                {
                    Fill(context, target + f * grid.InputCount, grid.InputCount, bias is null ? C.Zero : bias[g * filters + f]);
                }

                for (long first = 0; first < windows; first += tile)
                {
                    context.ThrowIfCancelled();
                    long count = Math.Min(tile, windows - first);
                    Multiply(context, weights, input + first, columns, rows, count, channels, windows);
                    Im2Col.Fold(context, in grid, columns, filters, first, count, target);
                }
            }
        }
    }

    private static void Fill<C>(KernelContext context, C* target, long count, C value)
        where C : unmanaged
    {
        // Elements between two looks at the clock.
        const int Part = 1 << 20;
        for (long done = 0; done < count; done += Part)
        {
            context.ThrowIfCancelled();
            new Span<C>(target + done, (int)Math.Min(Part, count - done)).Fill(value);
        }
    }

    // columns[rows, windows] = Wᵀ[rows, channels] × X[channels, windows]; rows of X lie ldx apart.
    private static void Multiply<C>(KernelContext context, C* weights, C* input, C* columns, long rows, long windows, long channels, long ldx)
        where C : unmanaged, INumber<C>
    {
        if (typeof(C) == typeof(float))
        {
            GemmEpilogue none = default;
            GemmF32.Run((float*)weights, (nint)rows, true, (float*)input, (nint)ldx, false, (float*)columns, (nint)windows, (nint)rows, (nint)windows, (nint)channels, 1f, in none, context.Threads);
            return;
        }

        LargeBlocks.Clear(columns, rows * windows * sizeof(C));
        GenericProduct.Run(weights, rows, true, input, ldx, false, columns, windows, rows, windows, channels, C.One, context.Threads);
    }
}
