using System.Globalization;
using System.Numerics;

namespace Inference.Data.Tables;

/// <summary>Numbers of one type as numbers of another: a value that the other does not have is an error, not another value.</summary>
internal static class NumberConversion
{
    /// <summary>Whether values of every column type can be compared with the target's range.</summary>
    public static bool IsNumber(ElementType type) => type is ElementType.Float32 or ElementType.Float64 or ElementType.Float16 or ElementType.Bool
        or ElementType.Int8 or ElementType.Int16 or ElementType.Int32 or ElementType.Int64 or ElementType.UInt8 or ElementType.UInt16 or ElementType.UInt32 or ElementType.UInt64;

    /// <summary>Converts a column; the first row with a value that does not fit, −1 where all do.</summary>
    /// <param name="source">The column.</param>
    /// <param name="place">Its destination.</param>
    /// <param name="required">Whether NaN is an error.</param>
    public static int Convert(TensorValue source, FieldPart place, bool required) => source.ElementType switch
    {
        ElementType.Float32 => From(source.AsSpan<float>(), place, required),
        ElementType.Float64 => From(source.AsSpan<double>(), place, required),
        ElementType.Float16 => From(source.AsSpan<Half>(), place, required),
        ElementType.Int8 => From(source.AsSpan<sbyte>(), place, required),
        ElementType.Int16 => From(source.AsSpan<short>(), place, required),
        ElementType.Int32 => From(source.AsSpan<int>(), place, required),
        ElementType.Int64 => From(source.AsSpan<long>(), place, required),
        ElementType.UInt16 => From(source.AsSpan<ushort>(), place, required),
        ElementType.UInt32 => From(source.AsSpan<uint>(), place, required),
        ElementType.UInt64 => From(source.AsSpan<ulong>(), place, required),
        _ => From(source.AsBytes(), place, required),
    };

    /// <summary>Replaces texts by their numbers; the first row with another text, −1 where all have one.</summary>
    public static int FromCodes(ReadOnlySpan<string> texts, FieldPart place, Dictionary<string, int> codes)
    {
        var numbers = new int[texts.Length];
        for (int i = 0; i < numbers.Length; i++)
        {
            if (!codes.TryGetValue(texts[i], out numbers[i]))
            {
                return i / place.Width;
            }
        }

        return From<int>(numbers, place, required: false);
    }

    /// <summary>A row's values as text.</summary>
    public static string Text(TensorValue source, int row, int width)
    {
        using TensorValue numbers = TensorValue.Allocate(ElementType.Float64, source.Shape);
        Convert(source, new FieldPart(numbers, width, 0, width, (int)source.Shape[0]), required: false);
        return string.Join(", ", numbers.AsSpan<double>().Slice(row * width, Math.Min(width, 4)).ToArray().Select(static n => n.ToString("R", CultureInfo.InvariantCulture)));
    }

    private static int From<TFrom>(ReadOnlySpan<TFrom> source, FieldPart place, bool required)
        where TFrom : struct, INumber<TFrom> => place.Target.ElementType switch
        {
            ElementType.Float32 => To<TFrom, float>(source, place, required),
            ElementType.Float64 => To<TFrom, double>(source, place, required),
            ElementType.Float16 => To<TFrom, Half>(source, place, required),
            ElementType.Int8 => To<TFrom, sbyte>(source, place, required),
            ElementType.Int16 => To<TFrom, short>(source, place, required),
            ElementType.Int32 => To<TFrom, int>(source, place, required),
            ElementType.Int64 => To<TFrom, long>(source, place, required),
            ElementType.UInt16 => To<TFrom, ushort>(source, place, required),
            ElementType.UInt32 => To<TFrom, uint>(source, place, required),
            ElementType.UInt64 => To<TFrom, ulong>(source, place, required),
            ElementType.UInt8 => To<TFrom, byte>(source, place, required),
            ElementType.Bool => ToTruth(source, place),
            _ => ToText(source, place),
        };

    private static int To<TFrom, TTo>(ReadOnlySpan<TFrom> source, FieldPart place, bool required)
        where TFrom : struct, INumber<TFrom>
        where TTo : struct, INumber<TTo>
    {
        bool whole = typeof(TTo) != typeof(float) && typeof(TTo) != typeof(double) && typeof(TTo) != typeof(Half);
        Span<TTo> target = place.Target.AsWritableSpan<TTo>();
        for (int row = 0; row < place.Rows; row++)
        {
            ReadOnlySpan<TFrom> from = source.Slice(row * place.Width, place.Width);
            Span<TTo> to = target.Slice((row * place.Stride) + place.Offset, place.Width);
            for (int i = 0; i < from.Length; i++)
            {
                TFrom value = from[i];
                to[i] = TTo.CreateSaturating(value);
                if (whole ? !TFrom.IsInteger(value) || TFrom.CreateSaturating(to[i]) != value || TFrom.IsNegative(value) != TTo.IsNegative(to[i]) : required && TFrom.IsNaN(value))
                {
                    return row;
                }
            }
        }

        return -1;
    }

    private static int ToTruth<TFrom>(ReadOnlySpan<TFrom> source, FieldPart place)
        where TFrom : struct, INumber<TFrom>
    {
        Span<bool> target = place.Target.AsWritableSpan<bool>();
        for (int i = 0; i < source.Length; i++)
        {
            (int row, int at) = Math.DivRem(i, place.Width);
            target[(row * place.Stride) + place.Offset + at] = source[i] == TFrom.One;
            if (source[i] != TFrom.One && source[i] != TFrom.Zero)
            {
                return row;
            }
        }

        return -1;
    }

    // Category numbers that the model expects as strings.
    private static int ToText<TFrom>(ReadOnlySpan<TFrom> source, FieldPart place)
        where TFrom : struct, INumber<TFrom>
    {
        Span<string> target = place.Target.AsWritableSpan<string>();
        for (int i = 0; i < source.Length; i++)
        {
            (int row, int at) = Math.DivRem(i, place.Width);
            target[(row * place.Stride) + place.Offset + at] = source[i].ToString(null, CultureInfo.InvariantCulture);
        }

        return -1;
    }
}
