namespace Inference.Operators.Rules;

/// <summary>A set of element types; bit n stands for the type of number n.</summary>
/// <param name="Bits">The bits.</param>
internal readonly record struct TypeSet(uint Bits)
{
    public static readonly TypeSet Float32 = Of(ElementType.Float32);
    public static readonly TypeSet Floating = Of(ElementType.Float32, ElementType.Float64, ElementType.Float16, ElementType.BFloat16);
    public static readonly TypeSet Signed = Of(ElementType.Int8, ElementType.Int16, ElementType.Int32, ElementType.Int64);
    public static readonly TypeSet Unsigned = Of(ElementType.UInt8, ElementType.UInt16, ElementType.UInt32, ElementType.UInt64);
    public static readonly TypeSet Integer = Signed | Unsigned;
    public static readonly TypeSet Numeric = Floating | Integer;
    public static readonly TypeSet Bool = Of(ElementType.Bool);
    public static readonly TypeSet String = Of(ElementType.String);
    public static readonly TypeSet Index = Of(ElementType.Int32, ElementType.Int64);
    public static readonly TypeSet Int64 = Of(ElementType.Int64);
    public static readonly TypeSet Float8 = Of(ElementType.Float8E4M3FN, ElementType.Float8E4M3FNUZ, ElementType.Float8E5M2, ElementType.Float8E5M2FNUZ, ElementType.Float8E8M0);
    public static readonly TypeSet Packed = Of(ElementType.Int4, ElementType.UInt4, ElementType.Int2, ElementType.UInt2, ElementType.Float4E2M1);
    public static readonly TypeSet Complex = Of(ElementType.Complex64, ElementType.Complex128);
    public static readonly TypeSet All = Numeric | Bool | String | Float8 | Packed | Complex;

    public static TypeSet Of(params ReadOnlySpan<ElementType> types)
    {
        uint bits = 0;
        foreach (ElementType type in types)
        {
            bits |= 1u << (int)type;
        }

        return new(bits);
    }

    public static TypeSet operator |(TypeSet a, TypeSet b) => new(a.Bits | b.Bits);

    /// <summary>Whether a type is in the set; numbers that stand for no type are in none.</summary>
    public bool Contains(ElementType type) => (uint)type < 32 && (Bits >> (int)type & 1) != 0;

    /// <summary>The names of the types, for messages.</summary>
    public override string ToString()
    {
        var names = new List<string>();
        for (int i = 1; i < 32; i++)
        {
            if ((Bits >> i & 1) != 0)
            {
                names.Add(((ElementType)i).Name());
            }
        }

        return string.Join(", ", names);
    }
}
