namespace Inference.Operators.Quantization;

/// <summary>The integers that a quantized type can hold.</summary>
internal readonly record struct QuantizedRange(int Min, int Max)
{
    public static QuantizedRange Of(ElementType type) => type switch
    {
        ElementType.UInt8 => new(0, 255),
        ElementType.Int8 => new(-128, 127),
        ElementType.UInt16 => new(0, 65535),
        ElementType.Int16 => new(-32768, 32767),
        ElementType.UInt4 => new(0, 15),
        ElementType.Int4 => new(-8, 7),
        ElementType.UInt2 => new(0, 3),
        ElementType.Int2 => new(-2, 1),
        _ => throw new InferenceException($"Expected a quantized integer type, got {type.Name()}."),
    };
}
