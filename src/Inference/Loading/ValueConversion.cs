using Inference.Graph;

namespace Inference.Loading;

/// <summary>Conversion between the caller's values and the engine's.</summary>
internal static class ValueConversion
{
    /// <summary>A value of the engine with memory of its own.</summary>
    public static EngineValue ToEngine(ModelValue value)
    {
        switch (value)
        {
            case TensorValue { ElementType: ElementType.String } strings:
                var tensor = new Tensor();
                tensor.SetStrings(strings.Shape, strings.AsSpan<string>().ToArray());
                return tensor;
            case TensorValue numbers:
                // Held while it is copied: another thread may dispose it.
                using (new TensorPin(numbers))
                {
                    Tensor copy = Tensor.Allocate(numbers.ElementType, numbers.Shape);
                    numbers.AsBytes().CopyTo(copy.Bytes);
                    return copy;
                }
            case SequenceValue sequence:
                return new SequenceData([.. sequence.Items.Select(ToEngine)], sequence.ElementType);
            case OptionalValue optional:
                return new OptionalData(optional.Value is { } inner ? ToEngine(inner) : null);
            case MapValue map:
                return new MapData((Tensor)ToEngine(map.Keys), (Tensor)ToEngine(map.Values));
            default:
                throw new InvalidInputException($"A value of kind {value.Kind} was passed; expected a tensor, sequence, map or optional.");
        }
    }

    /// <summary>A value of the caller's with memory of its own.</summary>
    public static ModelValue ToModel(EngineValue value)
    {
        switch (value)
        {
            case Tensor { Type: ElementType.String } strings:
                return TensorValue.Copy<string>(strings.Strings, strings.Dims);
            case Tensor tensor:
                TensorValue copy = TensorValue.Allocate(tensor.Type, tensor.Dims);
                tensor.Bytes.CopyTo(copy.AsWritableBytes());
                return copy;
            case SequenceData sequence:
                return new SequenceValue(sequence.Items.Select(ToModel), sequence.ElementType);
            case OptionalData optional:
                return new OptionalValue(optional.Value is null ? null : ToModel(optional.Value));
            case MapData map:
                return new MapValue((TensorValue)ToModel(map.Keys), (TensorValue)ToModel(map.Values));
            default:
                throw new ModelRunException($"The model returned {value}, which has no form outside the engine.");
        }
    }
}
