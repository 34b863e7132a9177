namespace Inference.Operators.Typed;

/// <summary>Conversion of the 8-bit float types by element type.</summary>
internal static class SmallFloats
{
    public static float Decode(ElementType type, byte bits) => type switch
    {
        ElementType.Float8E4M3FN => new Float8E4M3FN(bits),
        ElementType.Float8E4M3FNUZ => new Float8E4M3FNUZ(bits),
        ElementType.Float8E5M2 => new Float8E5M2(bits),
        ElementType.Float8E5M2FNUZ => new Float8E5M2FNUZ(bits),
        ElementType.Float8E8M0 => new Float8E8M0(bits),
        _ => throw new InferenceException($"Expected an 8-bit float, got {type.Name()}."),
    };

    public static byte Encode(ElementType type, float value, bool saturate, Float8E8M0Rounding rounding = Float8E8M0Rounding.Up) => type switch
    {
        ElementType.Float8E4M3FN => Float8E4M3FN.FromSingle(value, saturate).Bits,
        ElementType.Float8E4M3FNUZ => Float8E4M3FNUZ.FromSingle(value, saturate).Bits,
        ElementType.Float8E5M2 => Float8E5M2.FromSingle(value, saturate).Bits,
        ElementType.Float8E5M2FNUZ => Float8E5M2FNUZ.FromSingle(value, saturate).Bits,
        ElementType.Float8E8M0 => Float8E8M0.FromSingle(value, rounding, saturate).Bits,
        _ => throw new InferenceException($"Expected an 8-bit float, got {type.Name()}."),
    };
}
