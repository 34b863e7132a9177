namespace Inference;

/// <summary>Reads and writes elements of packed tensors (4 and 2 bits), lowest bits of each byte first. Thread-safe.</summary>
public static class PackedElements
{
    private static readonly float[] s_float4 = [0f, 0.5f, 1f, 1.5f, 2f, 3f, 4f, 6f, -0f, -0.5f, -1f, -1.5f, -2f, -3f, -4f, -6f];

    /// <summary>Returns the unsigned bit pattern of element <paramref name="index"/> of a 4-bit array.</summary>
    public static int GetUInt4(ReadOnlySpan<byte> packed, long index) => (packed[(int)(index >> 1)] >> (int)((index & 1) << 2)) & 0xF;

    /// <summary>Returns the unsigned bit pattern of element <paramref name="index"/> of a 2-bit array.</summary>
    public static int GetUInt2(ReadOnlySpan<byte> packed, long index) => (packed[(int)(index >> 2)] >> (int)((index & 3) << 1)) & 0x3;

    /// <summary>Writes the low 4 bits of <paramref name="value"/> as element <paramref name="index"/>.</summary>
    public static void SetUInt4(Span<byte> packed, long index, int value)
    {
        int shift = (int)((index & 1) << 2);
        ref byte cell = ref packed[(int)(index >> 1)];
        cell = (byte)((cell & ~(0xF << shift)) | ((value & 0xF) << shift));
    }

    /// <summary>Writes the low 2 bits of <paramref name="value"/> as element <paramref name="index"/>.</summary>
    public static void SetUInt2(Span<byte> packed, long index, int value)
    {
        int shift = (int)((index & 3) << 1);
        ref byte cell = ref packed[(int)(index >> 2)];
        cell = (byte)((cell & ~(0x3 << shift)) | ((value & 0x3) << shift));
    }

    /// <summary>Returns element <paramref name="index"/> as a number: sign-extended for signed types, decoded for <see cref="ElementType.Float4E2M1"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="type"/> is not a packed type.</exception>
    public static float GetSingle(ElementType type, ReadOnlySpan<byte> packed, long index) => type switch
    {
        ElementType.Float4E2M1 => s_float4[GetUInt4(packed, index)],
        _ => GetInt32(type, packed, index),
    };

    /// <summary>Returns element <paramref name="index"/> of a packed integer type as an integer.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="type"/> is not a packed integer type.</exception>
    public static int GetInt32(ElementType type, ReadOnlySpan<byte> packed, long index) => type switch
    {
        ElementType.UInt4 => GetUInt4(packed, index),
        ElementType.Int4 => (GetUInt4(packed, index) << 28) >> 28,
        ElementType.UInt2 => GetUInt2(packed, index),
        ElementType.Int2 => (GetUInt2(packed, index) << 30) >> 30,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Expected a packed integer type: int4, uint4, int2 or uint2."),
    };

    /// <summary>Rounds to the nearest 4-bit float, ties to even, saturating at ±6; NaN becomes +6. Returns the bit pattern.</summary>
    public static int EncodeFloat4E2M1(float value)
    {
        if (float.IsNaN(value))
        {
            return 7;
        }

        int sign = float.IsNegative(value) ? 8 : 0;
        float magnitude = MathF.Abs(value);
        int code = magnitude switch
        {
            <= 0.25f => 0,
            < 0.75f => 1,
            <= 1.25f => 2,
            < 1.75f => 3,
            <= 2.5f => 4,
            < 3.5f => 5,
            <= 5f => 6,
            _ => 7,
        };
        return sign | code;
    }
}
