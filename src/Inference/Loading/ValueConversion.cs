using Inference.Graph;

namespace Inference.Loading;

/// <summary>Conversion between the caller's values and the engine's.</summary>
internal static class ValueConversion
{
    /// <summary>A value of the engine with memory of its own.</summary>
    public static EngineValue ToEngine(ModelValue value, MemoryBudget memory)
    {
        switch (value)
        {
            case TensorValue { ElementType: ElementType.String } strings:
                memory.Claim((long)strings.AsSpan<string>().Length * nint.Size);
                var tensor = new Tensor();
                tensor.SetStrings(strings.Shape, strings.AsSpan<string>().ToArray());
                return tensor;
            case TensorValue numbers:
                // Held while it is copied: another thread may dispose it.
                using (new TensorPin(numbers))
                {
                    memory.Claim(numbers.ElementType.ByteCount(TensorShape.Count(numbers.Shape)));
                    Tensor copy = Tensor.Allocate(numbers.ElementType, numbers.Shape);
                    numbers.AsBytes().CopyTo(copy.Bytes);
                    return copy;
                }
            case SequenceValue sequence:
                return new SequenceData([.. sequence.Items.Select(i => ToEngine(i, memory))], sequence.ElementType);
            case OptionalValue optional:
                return new OptionalData(optional.Value is { } inner ? ToEngine(inner, memory) : null);
            case MapValue map:
                return new MapData((Tensor)ToEngine(map.Keys, memory), (Tensor)ToEngine(map.Values, memory));
            default:
                throw new InvalidInputException($"A value of kind {value.Kind} was passed; expected a tensor, sequence, map or optional.");
        }
    }

    /// <summary>A value of the caller's with memory of its own.</summary>
    public static ModelValue ToModel(EngineValue value, MemoryBudget memory)
    {
        switch (value)
        {
            case Tensor { Type: ElementType.String } strings:
                memory.Claim(strings.Count * nint.Size);
                return TensorValue.Copy<string>(strings.Strings, strings.Dims);
            case Tensor tensor:
                memory.Claim(tensor.ByteCount);
                TensorValue copy = TensorValue.Allocate(tensor.Type, tensor.Dims);
                tensor.Bytes.CopyTo(copy.AsWritableBytes());
                return copy;
            case SequenceData sequence:
                return new SequenceValue(sequence.Items.Select(i => ToModel(i, memory)), sequence.ElementType);
            case OptionalData optional:
                return new OptionalValue(optional.Value is null ? null : ToModel(optional.Value, memory));
            case MapData map:
                return new MapValue((TensorValue)ToModel(map.Keys, memory), (TensorValue)ToModel(map.Values, memory));
            default:
                throw new ModelRunException($"The model returned {value}, which has no form outside the engine.");
        }
    }
}
