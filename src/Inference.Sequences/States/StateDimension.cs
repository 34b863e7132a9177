namespace Inference.Sequences.States;

/// <summary>A dimension of the state that a sequence begins with: a fixed size, or that of an axis of another input.</summary>
/// <param name="Size">The size; not used beside an input.</param>
/// <param name="Input">The other input; null for the fixed size.</param>
/// <param name="Axis">Its axis.</param>
internal readonly record struct StateDimension(long Size, string? Input = null, int Axis = 0)
{
    /// <summary>The size for a call.</summary>
    /// <exception cref="InvalidInputException">The input is missing, or has no such axis.</exception>
    public long Of(string model, string state, NamedValues inputs) => Input is null ? Size
        : inputs.TryGetValue(Input, out ModelValue? value) && value is TensorValue tensor && Axis < tensor.Rank ? tensor.Shape[Axis]
        : throw new InvalidInputException($"Model '{model}', input '{Input}': expected a tensor with an axis {Axis}, whose size state '{state}' begins with, got {value?.ToString() ?? "nothing"}. Pass it, or set the state's Shape.") { Input = Input };
}
