using Inference.Planning;

namespace Inference.Execution;

/// <summary>Steps whose shapes the values decide.</summary>
internal sealed unsafe partial class ExecutionFrame
{
    // Computes the shapes from the actual values, allocates outputs of known shape, and runs.
    private void RunDynamic(PlanStep step)
    {
        _dynamic ??= new(Slots.Length);
        EngineValue?[] inputs = _dynamic.Inputs(step, Slots);
        StatedShapes.Output[] stated = State(step, inputs);
        bool allViews = step.Outputs.Length > 0;
        for (int i = 0; i < step.Outputs.Length; i++)
        {
            int slot = step.Outputs[i];
            if (slot < 0)
            {
                continue;
            }

            SlotSpec spec = _plan.Plan.Slots[slot];
            bool isDynamic = spec.Kind == SlotKind.Dynamic;
            (ElementType type, long[]? dims) = stated[i];
            if (isDynamic && dims is not null && step.Operator.AliasOf(i) is >= 0 and var alias && inputs[alias] is Tensor source)
            {
                _dynamic.View(Slots, slot, source, type, dims);
                continue;
            }

            // Checks the planned shapes against the actual values; otherwise the kernel would write beyond the allocated size.
            if (!isDynamic && spec.Dims is not null && dims is not null && (!dims.AsSpan().SequenceEqual(spec.Dims) || type != spec.Type))
            {
                throw Error($"output {i}: expected {spec.Type.Name()}{TensorShape.Format(spec.Dims)} as planned, got {type.Name()}{TensorShape.Format(dims)} for these values. Check the types and shapes that the model declares.");
            }

            allViews = false;
            if (isDynamic && dims is not null)
            {
                _dynamic.Allocate(this, Slots, slot, type, dims);
            }
            else if (isDynamic)
            {
                Slots[slot] = null;
            }
        }

        if (allViews)
        {
            return;
        }

        if (step.Operator.AliasOf(0) is >= 0 and var input && Slots[step.Outputs[0]] is Tensor target && inputs[input] is Tensor from && target.Type == from.Type)
        {
            from.CopyTo(target);
            return;
        }

        step.Operator.Run(this);
    }

    private StatedShapes.Output[] State(PlanStep step, EngineValue?[] inputs)
    {
        StatedShapes shapes = _dynamic!.ShapesOf(step);
        if (shapes.Find(inputs) is { } known)
        {
            return known;
        }

        ActualInferContext infer = _dynamic.Infer;
        infer.Reset(step.Node, inputs);
        step.Operator.Infer(infer);
        return shapes.Add(infer, inputs);
    }
}
