namespace Inference.Operators.Typed;

/// <summary>Conversion of the 8-bit float types by element type.</summary>
internal static class SmallFloats
{
    public static float Decode(ElementType type, byte bits) => type switch
    {
        ElementType.Float8E4M3FN => (float)Float8E4M3FN.FromBits(bits),
        ElementType.Float8E4M3FNUZ => (float)Float8E4M3FNUZ.FromBits(bits),
        ElementType.Float8E5M2 => (float)Float8E5M2.FromBits(bits),
        ElementType.Float8E5M2FNUZ => (float)Float8E5M2FNUZ.FromBits(bits),
        ElementType.Float8E8M0 => (float)Float8E8M0.FromBits(bits),
        _ => throw new InferenceException($"Expected an 8-bit float, got {type.Name()}."),
    };

    public static byte Encode(ElementType type, float value, bool saturate, Float8E8M0Rounding rounding = Float8E8M0Rounding.Up) => type switch
    {
        ElementType.Float8E4M3FN => Float8E4M3FN.FromSingle(value, saturate).ToBits(),
        ElementType.Float8E4M3FNUZ => Float8E4M3FNUZ.FromSingle(value, saturate).ToBits(),
        ElementType.Float8E5M2 => Float8E5M2.FromSingle(value, saturate).ToBits(),
        ElementType.Float8E5M2FNUZ => Float8E5M2FNUZ.FromSingle(value, saturate).ToBits(),
        ElementType.Float8E8M0 => Float8E8M0.FromSingle(value, rounding, saturate).ToBits(),
        _ => throw new InferenceException($"Expected an 8-bit float, got {type.Name()}."),
    };
}
