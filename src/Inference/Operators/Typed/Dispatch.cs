namespace Inference.Operators.Typed;

/// <summary>Picks the code of an element type. Each returns false, having done nothing, where the type is of another class.</summary>
internal static class Dispatch
{
    /// <summary>Floating point (double, float, float16, bfloat16) and integers of at least 8 bits.</summary>
    public static bool Numeric<TAction>(ElementType type, ref TAction action)
        where TAction : struct, INumericAction, allows ref struct
    {
        switch (type)
        {
            case ElementType.Float32: action.Invoke<DirectElement<float>, float, float>(); return true;
            case ElementType.Float64: action.Invoke<DirectElement<double>, double, double>(); return true;
            case ElementType.Float16: action.Invoke<HalfElement, Half, float>(); return true;
            case ElementType.BFloat16: action.Invoke<BFloat16Element, BFloat16, float>(); return true;
            case ElementType.Int8: action.Invoke<DirectElement<sbyte>, sbyte, sbyte>(); return true;
            case ElementType.Int16: action.Invoke<DirectElement<short>, short, short>(); return true;
            case ElementType.Int32: action.Invoke<DirectElement<int>, int, int>(); return true;
            case ElementType.Int64: action.Invoke<DirectElement<long>, long, long>(); return true;
            case ElementType.UInt8: action.Invoke<DirectElement<byte>, byte, byte>(); return true;
            case ElementType.UInt16: action.Invoke<DirectElement<ushort>, ushort, ushort>(); return true;
            case ElementType.UInt32: action.Invoke<DirectElement<uint>, uint, uint>(); return true;
            case ElementType.UInt64: action.Invoke<DirectElement<ulong>, ulong, ulong>(); return true;
            default: return false;
        }
    }

    /// <summary>double, float, float16, bfloat16.</summary>
    public static bool Floating<TAction>(ElementType type, ref TAction action)
        where TAction : struct, IFloatAction, allows ref struct
    {
        switch (type)
        {
            case ElementType.Float32: action.Invoke<DirectElement<float>, float, float>(); return true;
            case ElementType.Float64: action.Invoke<DirectElement<double>, double, double>(); return true;
            case ElementType.Float16: action.Invoke<HalfElement, Half, float>(); return true;
            case ElementType.BFloat16: action.Invoke<BFloat16Element, BFloat16, float>(); return true;
            default: return false;
        }
    }

    /// <summary>Integers of 8, 16, 32 and 64 bits.</summary>
    public static bool Integer<TAction>(ElementType type, ref TAction action)
        where TAction : struct, IIntegerAction, allows ref struct
    {
        switch (type)
        {
            case ElementType.Int8: action.Invoke<sbyte>(); return true;
            case ElementType.Int16: action.Invoke<short>(); return true;
            case ElementType.Int32: action.Invoke<int>(); return true;
            case ElementType.Int64: action.Invoke<long>(); return true;
            case ElementType.UInt8: action.Invoke<byte>(); return true;
            case ElementType.UInt16: action.Invoke<ushort>(); return true;
            case ElementType.UInt32: action.Invoke<uint>(); return true;
            case ElementType.UInt64: action.Invoke<ulong>(); return true;
            default: return false;
        }
    }

    /// <summary>All types but packed ones, by size; strings as strings.</summary>
    public static bool Bits<TAction>(ElementType type, ref TAction action)
        where TAction : struct, IBitsAction, allows ref struct
    {
        switch (type.BitWidth())
        {
            case 8: action.Invoke<byte>(); return true;
            case 16: action.Invoke<ushort>(); return true;
            case 32: action.Invoke<uint>(); return true;
            case 64: action.Invoke<ulong>(); return true;
            case 128: action.Invoke<UInt128>(); return true;
            default:
                if (type != ElementType.String)
                {
                    return false;
                }

                action.Invoke<string>();
                return true;
        }
    }
}
