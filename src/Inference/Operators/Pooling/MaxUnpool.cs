using System.Runtime.CompilerServices;
using Inference.Kernels.Threading;
using Inference.Operators.Convolution;
using Inference.Operators.Movement;
using Inference.Operators.Typed;

namespace Inference.Operators.Pooling;

/// <summary>
/// Puts each X element where its index says, zeros elsewhere. Indices count in the shape that kernel, strides and pads imply; a larger output_shape (input 2)
/// keeps that block at its origin. Source: ONNX MaxUnpool, opsets 9 to 22.
/// </summary>
internal sealed unsafe class MaxUnpool(Node node) : Operator
{
    private readonly WindowAttributes _window = new(node);

    protected override void InferOutputs(InferContext context)
    {
        ElementType type = context.InputType(0);
        Dimension[]? x = Shapes.RequireRankAtLeast(context, 0, 3);
        if (x is null)
        {
            context.SetOutput(0, type, null);
            return;
        }

        _window.Check(context, x.Length - 2);
        Shapes.RequireShape(context, 1, x);
        Shapes.RequireShape(context, 2, Dimension.Fixed(x.Length));
        if (_window.KernelShape is not { Length: > 0 })
        {
            throw context.Error("attribute 'kernel_shape': expected one size for each spatial axis, but it is absent.");
        }

        if (context.HasInput(2))
        {
            long[]? shape = context.InputConstant(2)?.ToInt64Array();
            if (shape is not null && Array.Exists(shape, s => s < 0))
            {
                throw context.Error($"input 2: expected sizes of 0 or more, got [{string.Join(",", shape)}].");
            }

            context.SetOutput(0, type, shape is not null ? Shapes.Fixed(shape) : Shapes.Unknown(x.Length));
            return;
        }

        var y = (Dimension[])x.Clone();
        for (int i = 2; i < y.Length; i++)
        {
            y[i] = x[i].Size is { } size ? Dimension.Fixed(Implied(i - 2, y.Length - 2, size)) : Dimension.Unknown;
        }

        context.SetOutput(0, type, y);
    }

    public override void Run(KernelContext context)
    {
        Tensor x = context.Input(0);
        Tensor indices = context.Input(1);
        Span<long> implied = stackalloc long[x.Rank];
        x.Dims.CopyTo(implied);
        for (int i = 2; i < implied.Length; i++)
        {
            implied[i] = Implied(i - 2, x.Rank - 2, x.Dims[i]);
        }

        Span<long> dims = stackalloc long[x.Rank];
        implied.CopyTo(dims);
        for (int i = 0; context.OptionalInput(2) is { } shape && i < dims.Length; i++)
        {
            dims[i] = Scalars.ToInt64(shape, i);
        }

        Tensor y = context.Output(0, x.Type, dims);
        y.Clear();
        long total = TensorShape.Count(implied);
        var action = new Scatter(context, x, (long*)indices.Data, y, total, implied, dims);
        Dispatch.Bits(x.Type, ref action);
    }

    private readonly ref struct Scatter(KernelContext context, Tensor x, long* indices, Tensor y, long total, ReadOnlySpan<long> implied, ReadOnlySpan<long> dims) : IBitsAction
    {
        private readonly ReadOnlySpan<long> _implied = implied;
        private readonly ReadOnlySpan<long> _dims = dims;

        public void Invoke<T>()
        {
            bool same = _implied.SequenceEqual(_dims);
            ref T from = ref Elements.Ref<T>(x);
            ref T to = ref Elements.Ref<T>(y);
            var work = default(WorkCounter);
            for (long i = 0; i < x.Count; i++)
            {
                work.Add(2);
                long at = indices[i];
                if ((ulong)at >= (ulong)total)
                {
                    throw context.Error($"input 1: expected indices in [0, {total - 1}], got {at}.");
                }

                long target = same ? at : Move(at, _implied, _dims);
                if (target >= 0)
                {
                    Unsafe.Add(ref to, (nint)target) = Unsafe.Add(ref from, (nint)i);
                }
            }
        }
    }

    // The flat index of the same position in another shape; negative where it lies outside.
    private static long Move(long index, ReadOnlySpan<long> from, ReadOnlySpan<long> to)
    {
        long target = 0;
        long stride = 1;
        for (int i = from.Length - 1; i >= 0; i--)
        {
            long position = index % from[i];
            index /= from[i];
            if (position >= to[i])
            {
                return -1;
            }

            target += position * stride;
            stride *= to[i];
        }

        return target;
    }

    private long Implied(int axis, int spatial, long size)
    {
        _window.CheckExtent(axis, size, "an axis");
        long implied = ((size - 1) * _window.Stride(axis)) + _window.KernelShape![axis] - _window.PadAttribute(axis) - _window.PadAttribute(axis + spatial);
        _window.CheckExtent(axis, implied, "an output");
        return Math.Max(0, implied);
    }
}
