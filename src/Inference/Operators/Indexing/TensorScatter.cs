using System.Runtime.CompilerServices;
using Inference.Operators.Movement;
using Inference.Operators.Typed;
using Inference.Operators.Views;

namespace Inference.Operators.Indexing;

/// <summary>
/// A cache with an update written from position write_indices[b] of the axis on, for each row b of the batch; circular mode wraps around.
/// Source: ONNX TensorScatter, opset 24.
/// </summary>
internal sealed class TensorScatter : Operator
{
    private readonly long _axis;
    private readonly bool _circular;

    public TensorScatter(Node node)
    {
        _axis = node.Attributes.Int("axis", -2);
        _circular = node.Attributes.String("mode", "linear") switch
        {
            "linear" => false,
            "circular" => true,
            string other => throw new ModelLoadException($"{node.Describe()}: attribute 'mode': expected linear or circular, got '{other}'."),
        };
    }

    protected override void InferOutputs(InferContext context)
    {
        Shapes.RequireSameType(context, 0, 1);
        Shapes.RequireType(context, 2, TypeSet.Int64);
        Dimension[]? cache = Shapes.RequireRankAtLeast(context, 0, 2);
        if (cache is not null && context.InputShape(1) is { } update)
        {
            int axis = Shapes.Axis(context, _axis, cache.Length);
            bool good = update.Length == cache.Length && axis > 0;
            for (int i = 0; good && i < cache.Length; i++)
            {
                good = !cache[i].IsFixed || !update[i].IsFixed || (i == axis ? update[i].Size <= cache[i].Size : update[i] == cache[i]);
            }

            if (!good)
            {
                throw context.Error($"update: expected the shape of past_cache {ShapeRules.Format(cache)}, shorter along axis {axis} (not 0), got {ShapeRules.Format(update)}.");
            }
        }

        context.SetOutput(0, context.InputType(0), cache);
    }

    public override void Run(KernelContext context)
    {
        Tensor y = context.Output(0);
        context.Input(0).CopyTo(y);
        Moves.Run(new Move(this, context.Input(1), context.OptionalInput(2)), context, y, y);
    }

    public override bool CanOverwrite(int output, int input) => input == 0;

    public override void PropagateBatch(BatchContext context)
    {
        bool together = context.InputAxis(0) == 0 && context.InputAxis(1) == 0 && (!context.Node.HasInput(2) || context.InputAxis(2) == 0);
        context.SetOutputAxis(0, !context.AnyBatch ? BatchContext.None : together ? 0 : BatchContext.Mixed);
    }

    private readonly struct Move(TensorScatter op, Tensor update, Tensor? positions) : IMove
    {
        public void Run<T>(KernelContext context, Tensor source, Tensor target)
        {
            Tensor values = update.Type.IsPacked() ? Packing.Unpack(context, update) : update;
            int axis = Shapes.Axis(op._axis, target.Rank);
            long size = target.Dims[axis];
            long count = values.Dims[axis];
            nint inner = (nint)ShapeRules.Product(target.Dims, axis + 1, target.Rank);
            long outer = ShapeRules.Product(target.Dims, 1, axis);
            ref T from = ref Elements.Ref<T>(values);
            for (long b = 0; b < target.Dims[0]; b++)
            {
                long start = positions is null ? 0 : Integers.At(positions, b);
                if (start < 0 || (!op._circular && start > size - count))
                {
                    throw context.Error($"write_indices: expected positions in [0, {(op._circular ? "∞" : size - count)}], got {start}.");
                }

                // Within the axis from here on, so that no position overflows.
                start %= size;
                for (long o = 0; o < outer; o++)
                {
                    ref T line = ref Unsafe.Add(ref Elements.Ref<T>(target), (nint)(((b * outer) + o) * size) * inner);
                    for (long i = 0; i < count; i++)
                    {
                        StridedCopy.Block(ref from, ref Unsafe.Add(ref line, (nint)((start + i) % size) * inner), inner);
                        from = ref Unsafe.Add(ref from, inner);
                    }
                }
            }
        }
    }
}
