namespace Inference.Sequences.States;

/// <summary>Checks the options of states against a model's signature.</summary>
internal static class StateCheck
{
    /// <summary>The state of a loaded model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="state">The options of the state.</param>
    /// <param name="others">The inputs that are no states.</param>
    /// <exception cref="InferenceException">The state does not fit the model.</exception>
    public static StateSlot Slot(ModelInfo model, SequenceState state, ModelPort[] others)
    {
        ModelPort output = Find(model, model.Outputs, "output", state.Output);
        ModelPort input = Find(model, model.Inputs, "input", state.Input);
        string where = $"Model '{model.Name}', UseSequences, state '{state.Output}' to '{state.Input}'";
        if (output.Type.Kind != ModelValueKind.Tensor || input.Type.Kind != ModelValueKind.Tensor)
        {
            throw new InferenceException($"{where}: expected two tensors, got {output.Type} and {input.Type}. Name other ports.");
        }

        if (!AgreeOn(output.Type, input.Type))
        {
            throw new InferenceException($"{where}: expected an output that the input can take, got {output.Type} and {input.Type}. Pair the output with the input of the same type and shape.");
        }

        if (state.Initial is { } initial)
        {
            return Fits(input.Type, initial.ElementType, initial.Shape)
                ? new StateSlot(output, input, null, initial.Retain())
                : throw new InferenceException($"{where}: expected an Initial value of type {input.Type}, got {initial}. Pass one of that type and shape.");
        }

        if (input.Type.ElementType == ElementType.Undefined)
        {
            throw new InferenceException($"{where}: expected an input whose element type is declared, got {input.Type}. Set Initial.");
        }

        if (state.Shape is not null)
        {
            long[] shape = [.. state.Shape];
            return Fits(input.Type, input.Type.ElementType, shape)
                ? new StateSlot(output, input, [.. shape.Select(d => new StateDimension(d))], null)
                : throw new InferenceException($"{where}: expected a Shape that fits {input.Type}, got {TensorShape.Format(shape)}. Correct it.");
        }

        if (input.Type.Shape is not { } declared)
        {
            throw new InferenceException($"{where}: expected an input whose rank is declared, got {input.Type}. Set Shape.");
        }

        var dimensions = new StateDimension[declared.Count];
        for (int axis = 0; axis < dimensions.Length; axis++)
        {
            dimensions[axis] = declared[axis].Size is { } size ? new StateDimension(size) : Source(model, declared[axis], axis, others)
                ?? throw new InferenceException($"{where}: expected a fixed size for axis {axis} of {input.Type}, or a size that another input has, got neither. Set Shape, such as [{string.Join(",", declared.Select(d => d.Size ?? 1))}]; a cache that grows begins with 0 on its axis.");
        }

        return new StateSlot(output, input, dimensions, null);
    }

    /// <summary>Whether a tensor has the type and the fixed dimensions that are declared.</summary>
    public static bool Fits(ModelValueType declared, ElementType type, ReadOnlySpan<long> shape)
    {
        if (declared.ElementType != ElementType.Undefined && declared.ElementType != type)
        {
            return false;
        }

        if (declared.Shape is not { } dimensions)
        {
            return true;
        }

        bool fits = dimensions.Count == shape.Length;
        for (int axis = 0; fits && axis < shape.Length; axis++)
        {
            fits = dimensions[axis].Size is not { } size || size == shape[axis];
        }

        return fits;
    }

    private static bool AgreeOn(ModelValueType output, ModelValueType input)
    {
        if (output.ElementType != ElementType.Undefined && input.ElementType != ElementType.Undefined && output.ElementType != input.ElementType)
        {
            return false;
        }

        return output.Shape is not { } left || input.Shape is not { } right
            || (left.Count == right.Count && !left.Zip(right).Any(pair => pair is { First.Size: { } one, Second.Size: { } other } && one != other));
    }

    // The batch axis of another input, or the axis with the same symbol.
    private static StateDimension? Source(ModelInfo model, Dimension dimension, int axis, ModelPort[] others)
    {
        bool isBatch = model.BatchAxis == axis;
        foreach (ModelPort port in others)
        {
            for (int i = 0; port.Type.Kind == ModelValueKind.Tensor && i < port.Type.Shape?.Count; i++)
            {
                if (isBatch ? i == axis : dimension.Symbol is { } symbol && symbol == port.Type.Shape[i].Symbol)
                {
                    return new StateDimension(0, port.Name, i);
                }
            }
        }

        return null;
    }

    private static ModelPort Find(ModelInfo model, IReadOnlyList<ModelPort> ports, string kind, string name) => ports.FirstOrDefault(p => p.Name == name)
        ?? throw new InferenceException($"Model '{model.Name}', UseSequences: expected an {kind} of the model ({string.Join(", ", ports.Take(50).Select(p => $"'{p.Name}'"))}), got '{name}'. {(NearestName.Among(ports.Select(p => p.Name), name) is { } near ? $"Did you mean '{near}'?" : "Correct the name.")}");
}
