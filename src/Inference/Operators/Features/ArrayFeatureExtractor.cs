using System.Runtime.CompilerServices;
using Inference.Operators.Movement;

namespace Inference.Operators.Features;

/// <summary>y[…, k] = x[…, indices[k]] along the last axis; a vector gives one row. Source: ONNX-ML ArrayFeatureExtractor, opset 1.</summary>
internal sealed class ArrayFeatureExtractor : Operator
{
    protected override void InferOutputs(InferContext context)
    {
        ElementType type = context.InputType(0);
        Dimension[]? x = context.InputShape(0);
        Dimension count = context.InputShape(1) is { } indices ? Shapes.Product(indices) : Dimension.Unknown;
        context.SetOutput(0, type, x is null ? null : x.Length == 1 ? [Dimension.Fixed(1), count] : [.. x.AsSpan(0, x.Length - 1), count]);
    }

    public override void Run(KernelContext context) => Moves.Run(new Move(context.Input(1)), context, context.Input(0), context.Output(0));

    public override void PropagateBatch(BatchContext context)
    {
        int own = context.InputAxis(0);
        bool apart = own >= 0 && context.InputShape(0) is { } shape && own < shape.Length - 1 && context.InputAxis(1) == BatchContext.None;
        context.SetOutputAxis(0, !context.AnyBatch ? BatchContext.None : apart ? own : BatchContext.Mixed);
    }

    private readonly struct Move(Tensor indices) : IMove
    {
        public void Run<T>(KernelContext context, Tensor source, Tensor target)
        {
            long columns = source.Dims[^1];
            int count = (int)indices.Count;
            ReadOnlySpan<long> positions = indices.Span<long>();
            foreach (long position in positions)
            {
                if ((ulong)position >= (ulong)columns)
                {
                    throw context.Error($"input 1: expected columns in [0, {columns - 1}], got {position}.");
                }
            }

            if (target.Count == 0)
            {
                return;
            }

            ref T from = ref Elements.Ref<T>(source);
            ref T to = ref Elements.Ref<T>(target);
            long budget = 0;
            for (long row = 0; row < source.Count / columns; row++)
            {
                budget -= count;
                if (budget < 0)
                {
                    context.ThrowIfCancelled();
                    budget = KernelContext.CheckEvery;
                }

                for (int k = 0; k < count; k++)
                {
                    Unsafe.Add(ref to, k) = Unsafe.Add(ref from, (nint)positions[k]);
                }

                from = ref Unsafe.Add(ref from, (nint)columns);
                to = ref Unsafe.Add(ref to, count);
            }
        }
    }
}
