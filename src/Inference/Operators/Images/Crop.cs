using System.Runtime.CompilerServices;
using Inference.Operators.Movement;
using Inference.Operators.Typed;
using Inference.Operators.Views;

namespace Inference.Operators.Images;

/// <summary>
/// Cuts a border [left, top, right, bottom] off the last two axes of x[N, C, H, W]; with <c>scale</c> [height, width], the part of that size from left and top on. Source:
/// ONNX Crop, experimental, opset 1.
/// </summary>
internal sealed class Crop : Operator
{
    private readonly long[] _border;
    private readonly long[]? _scale;

    public Crop(Node node)
    {
        _border = node.Attributes.Ints("border") ?? [];
        _scale = node.Attributes.Ints("scale") is { Length: > 0 } scale ? scale : null;
        if (_border.Length != 4 || Array.Exists(_border, b => b < 0))
        {
            throw new ModelLoadException($"{node.Describe()}: attribute 'border': expected 4 numbers of at least 0, left, top, right and bottom, got [{string.Join(",", _border)}].");
        }

        if (_scale is not null && (_scale.Length != 2 || Array.Exists(_scale, s => s < 0)))
        {
            throw new ModelLoadException($"{node.Describe()}: attribute 'scale': expected 2 numbers of at least 0, height and width, got [{string.Join(",", _scale)}].");
        }
    }

    protected override void InferOutputs(InferContext context) => context.SetOutput(
        0,
        context.InputType(0),
        context.InputShape(0) is { } x ? [x[0], x[1], Cut(context, x[2], _border[1], _border[3], _scale?[0], "height"), Cut(context, x[3], _border[0], _border[2], _scale?[1], "width")] : null);

    public override void Run(KernelContext context) => Moves.Run(new Move(_border[0], _border[1]), context, context.Input(0), context.Output(0));

    public override void PropagateBatch(BatchContext context) =>
        context.SetOutputAxis(0, context.InputAxis(0) is var axis and (BatchContext.None or 0 or 1) ? axis : BatchContext.Mixed);

    private static Dimension Cut(InferContext context, Dimension size, long before, long after, long? wanted, string what)
    {
        if (size.Size is not { } whole)
        {
            return wanted is { } stated ? Dimension.Fixed(stated) : Dimension.Unknown;
        }

        if (before > whole || (wanted is { } part ? part > whole - before : after > whole - before))
        {
            throw context.Error($"expected a border and scale within {what} {whole}, got {before} before, {(wanted is { } some ? $"{some} kept" : $"{after} after")}.");
        }

        return Dimension.Fixed(wanted ?? whole - before - after);
    }

    private readonly struct Move(long left, long top) : IMove
    {
        public void Run<T>(KernelContext context, Tensor source, Tensor target)
        {
            (long height, long width) = (source.Dims[2], source.Dims[3]);
            (nint rows, nint columns) = ((nint)target.Dims[2], (nint)target.Dims[3]);
            long planes = target.Count == 0 ? 0 : target.Dims[0] * target.Dims[1];
            ref T to = ref Elements.Ref<T>(target);
            for (long p = 0; p < planes; p++)
            {
                context.ThrowIfCancelled();
                for (nint h = 0; h < rows; h++)
                {
                    StridedCopy.Block(ref Unsafe.Add(ref Elements.Ref<T>(source), (nint)((((p * height) + top + h) * width) + left)), ref to, columns);
                    to = ref Unsafe.Add(ref to, columns);
                }
            }
        }
    }
}
