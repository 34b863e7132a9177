namespace Inference.Sequences.States;

/// <summary>One state of a loaded model: its ports, and what a sequence begins with.</summary>
/// <param name="Output">The output.</param>
/// <param name="Input">The input.</param>
/// <param name="Shape">The shape to begin with; null for a given value.</param>
/// <param name="Given">The value to begin with; owned. Null for zeros.</param>
internal sealed record StateSlot(ModelPort Output, ModelPort Input, StateDimension[]? Shape, TensorValue? Given) : IDisposable
{
    /// <summary>The state that a sequence begins with; the caller disposes it.</summary>
    /// <exception cref="InvalidInputException">The inputs do not have the dimension that the state takes its own from.</exception>
    public TensorValue Begin(string model, NamedValues inputs)
    {
        if (Given is not null)
        {
            return Given.Retain();
        }

        Span<long> shape = stackalloc long[Shape!.Length];
        for (int axis = 0; axis < shape.Length; axis++)
        {
            shape[axis] = Shape[axis].Of(model, Input.Name, inputs);
        }

        TensorValue zeros = TensorValue.Allocate(Input.Type.ElementType, shape);
        if (zeros.ElementType != ElementType.String)
        {
            zeros.AsWritableBytes().Clear();
        }

        return zeros;
    }

    public void Dispose() => Given?.Dispose();
}
