using System.Runtime.CompilerServices;
using Inference.Operators.Movement;
using Inference.Operators.Views;

namespace Inference.Operators.Contrib;

/// <summary>
/// Windows of an axis as a new last axis: y[.., f, .., s] = x[.., f·step + s, ..] for f up to (size of the axis − size) ÷ step. Source: com.microsoft UnfoldTensor; PyTorch's
/// Tensor.unfold.
/// </summary>
internal sealed class UnfoldTensor : Operator
{
    private readonly long _axis;
    private readonly long _size;
    private readonly long _step;

    public UnfoldTensor(Node node)
    {
        _axis = node.Attributes.Int("dim", -1);
        _size = node.Attributes.Int("size");
        _step = node.Attributes.Int("step", 1);
        if (_size < 1 || _step < 1)
        {
            throw new ModelLoadException($"{node.Describe()}: attributes 'size' and 'step': expected 1 or more, got {_size} and {_step}.");
        }
    }

    protected override void InferOutputs(InferContext context)
    {
        ElementType type = context.InputType(0);
        if (context.InputShape(0) is not { } x)
        {
            context.SetOutput(0, type, null);
            return;
        }

        int axis = Shapes.Axis(context, _axis, x.Length);
        if (x[axis].Size is { } length && length < _size)
        {
            throw context.Error($"input 0: expected at least {_size} elements along axis {axis}, got [{string.Join(",", x)}].");
        }

        Dimension[] y = [.. x, Dimension.Fixed(_size)];
        y[axis] = x[axis].Size is { } all ? Dimension.Fixed(((all - _size) / _step) + 1) : Dimension.Unknown;
        context.SetOutput(0, type, y);
    }

    public override void PropagateBatch(BatchContext context)
    {
        int own = context.InputAxis(0);
        context.SetOutputAxis(0, own < 0 || (context.InputShape(0) is { } x && own != Shapes.Axis(_axis, x.Length)) ? own : BatchContext.Mixed);
    }

    public override void Run(KernelContext context) => Moves.Run(new Move(_axis, _step), context, context.Input(0), context.Output(0));

    private readonly struct Move(long axisOf, long step) : IMove
    {
        public void Run<T>(KernelContext context, Tensor source, Tensor target)
        {
            int axis = Shapes.Axis(axisOf, source.Rank);
            nint behind = (nint)TensorShape.Count(source.Dims[(axis + 1)..]);
            nint length = (nint)source.Dims[axis];
            nint before = (nint)TensorShape.Count(source.Dims[..axis]);
            nint windows = (nint)target.Dims[axis];
            Span<long> dims = [windows, behind, target.Dims[^1]];
            Span<long> strides = [(long)behind * step, 1, behind];
            for (nint i = 0; i < before; i++)
            {
                context.ThrowIfCancelled();
                StridedCopy.ToPacked(
                    ref Unsafe.Add(ref Elements.Ref<T>(source), i * length * behind), strides, ref Unsafe.Add(ref Elements.Ref<T>(target), i * windows * behind * (nint)target.Dims[^1]), dims);
            }
        }
    }
}
