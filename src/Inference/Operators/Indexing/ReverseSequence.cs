using System.Runtime.CompilerServices;
using Inference.Kernels.Threading;
using Inference.Operators.Movement;
using Inference.Operators.Typed;

namespace Inference.Operators.Indexing;

/// <summary>Reverses the first sequence_lens[b] steps of each row of the batch. Source: ONNX ReverseSequence, opset 10.</summary>
internal sealed class ReverseSequence(Node node) : Operator
{
    private readonly bool _batchFirst = node.Attributes.Int("batch_axis", 1) == 0;
    private readonly long _batchAxis = node.Attributes.Int("batch_axis", 1);
    private readonly long _timeAxis = node.Attributes.Int("time_axis", 0);

    protected override void InferOutputs(InferContext context)
    {
        if (_batchAxis is not (0 or 1) || _timeAxis is not (0 or 1) || _batchAxis == _timeAxis)
        {
            throw context.Error($"expected batch_axis and time_axis to be 0 and 1, got {_batchAxis} and {_timeAxis}.");
        }

        Shapes.RequireType(context, 1, TypeSet.Int64);
        Dimension[]? shape = Shapes.RequireRankAtLeast(context, 0, 2);
        if (shape is not null && Shapes.RequireRank(context, 1, 1) is { } lengths)
        {
            Shapes.Merge(context, shape[_batchFirst ? 0 : 1], lengths[0], "sequence_lens");
        }

        context.SetOutput(0, context.InputType(0), shape);
    }

    public override void Run(KernelContext context) => Moves.Run(new Move(_batchFirst, context.Input(1)), context, context.Input(0), context.Output(0));

    public override void PropagateBatch(BatchContext context)
    {
        int own = context.InputAxis(0);
        bool paired = own == _batchAxis && context.InputAxis(1) == 0;
        bool apart = own >= 2 && context.InputAxis(1) == BatchContext.None;
        context.SetOutputAxis(0, !context.AnyBatch ? BatchContext.None : paired || apart ? own : BatchContext.Mixed);
    }

    private readonly struct Move(bool batchFirst, Tensor lengths) : IMove
    {
        public void Run<T>(KernelContext context, Tensor source, Tensor target)
        {
            nint inner = (nint)ShapeRules.Product(source.Dims, 2, source.Rank);
            nint batches = (nint)source.Dims[batchFirst ? 0 : 1];
            nint steps = (nint)source.Dims[batchFirst ? 1 : 0];
            nint batchStep = batchFirst ? steps * inner : inner;
            nint timeStep = batchFirst ? inner : batches * inner;
            var work = default(WorkCounter);
            for (nint b = 0; b < batches; b++)
            {
                long length = Integers.At(lengths, b);
                if (length < 0 || length > steps)
                {
                    throw context.Error($"sequence_lens: expected lengths in [0, {steps}], got {length}.");
                }

                for (nint t = 0; t < steps; t++)
                {
                    work.Add(4 + inner);
                    nint from = t < length ? (nint)length - 1 - t : t;
                    StridedCopy.Block(
                        ref Unsafe.Add(ref Elements.Ref<T>(source), (b * batchStep) + (from * timeStep)), ref Unsafe.Add(ref Elements.Ref<T>(target), (b * batchStep) + (t * timeStep)), inner);
                }
            }
        }
    }
}
