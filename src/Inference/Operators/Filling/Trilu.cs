using System.Runtime.CompilerServices;
using Inference.Kernels.Threading;
using Inference.Operators.Movement;

namespace Inference.Operators.Filling;

/// <summary>Keeps the upper (j ≥ i + k) or lower (j ≤ i + k) triangle of the last two axes, zero elsewhere. Source: ONNX Trilu, opset 14.</summary>
internal sealed class Trilu(Node node) : Operator
{
    private readonly bool _upper = node.Attributes.Int("upper", 1) != 0;

    protected override void InferOutputs(InferContext context) => context.SetOutput(0, context.InputType(0), Shapes.RequireRankAtLeast(context, 0, 2));

    public override void Run(KernelContext context)
    {
        long diagonal = context.OptionalInput(1) is { Count: > 0 } k ? Integers.At(k, 0) : 0;
        Moves.Run(new Move(_upper, diagonal), context, context.Input(0), context.Output(0));
    }

    public override bool CanOverwrite(int output, int input) => input == 0;

    public override void PropagateBatch(BatchContext context)
    {
        int own = context.InputAxis(0);
        context.SetOutputAxis(0, own >= 0 && (context.InputShape(0) is not { } shape || own >= shape.Length - 2 || context.InputAxis(1) != BatchContext.None) ? BatchContext.Mixed : own);
    }

    private readonly struct Move(bool upper, long diagonal) : IMove
    {
        public void Run<T>(KernelContext context, Tensor source, Tensor target)
        {
            long rows = source.Dims[^2];
            long columns = source.Dims[^1];
            long count = source.Count / (rows * columns);
            ref T from = ref Elements.Ref<T>(source);
            ref T to = ref Elements.Ref<T>(target);
            T zero = default!;
            if (typeof(T) == typeof(string))
            {
                string empty = "";
                zero = Unsafe.As<string, T>(ref empty);
            }

            long shift = Math.Clamp(diagonal, -rows - 1, columns + 1);
            var work = default(WorkCounter);
            for (long m = 0; m < count; m++)
            {
                for (long i = 0; i < rows; i++)
                {
                    work.Add(4 + columns);
                    nint split = (nint)Math.Clamp(i + shift + (upper ? 0 : 1), 0, columns);
                    nint rest = (nint)columns - split;
                    if (upper)
                    {
                        StridedCopy.Fill(ref to, zero, split);
                        StridedCopy.Block(ref Unsafe.Add(ref from, split), ref Unsafe.Add(ref to, split), rest);
                    }
                    else
                    {
                        StridedCopy.Block(ref from, ref to, split);
                        StridedCopy.Fill(ref Unsafe.Add(ref to, split), zero, rest);
                    }

                    from = ref Unsafe.Add(ref from, (nint)columns);
                    to = ref Unsafe.Add(ref to, (nint)columns);
                }
            }
        }
    }
}
