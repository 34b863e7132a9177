using System.Globalization;
using System.Numerics;
using Inference.Data.Contract;

namespace Inference.Data.Csv;

/// <summary>Numbers as tables write them: with a point, in the invariant culture.</summary>
internal static class CellNumbers
{
    /// <summary>A number; true and false are 1 and 0. Whole numbers may be written with a fraction of zeros, as pandas does in columns with missing cells.</summary>
    public static bool TryParse<T>(ReadOnlySpan<char> cell, out T value)
        where T : struct, INumber<T>
    {
        if (T.TryParse(cell, IsFloat<T>() ? NumberStyles.Float : NumberStyles.Integer, CultureInfo.InvariantCulture, out value))
        {
            return true;
        }

        cell = cell.Trim();
        if (bool.TryParse(cell, out bool truth))
        {
            value = truth ? T.One : T.Zero;
            return true;
        }

        if (IsFloat<T>())
        {
            return IsInfinity(cell, out bool negative) && T.TryParse(negative ? "-Infinity" : "Infinity", NumberStyles.Float, CultureInfo.InvariantCulture, out value);
        }

        return double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out double real) && double.IsInteger(real) && Math.Abs(real) <= DataLimits.LargestExact && TryConvert(real, out value);
    }

    /// <summary>The words of C and NumPy for what has no bound.</summary>
    public static bool IsInfinity(ReadOnlySpan<char> cell, out bool negative)
    {
        negative = cell is ['-', ..];
        return (cell is ['-' or '+', ..] ? cell[1..] : cell).Equals("inf", StringComparison.OrdinalIgnoreCase);
    }

    private static bool IsFloat<T>() => typeof(T) == typeof(float) || typeof(T) == typeof(double) || typeof(T) == typeof(Half);

    private static bool TryConvert<T>(double real, out T value)
        where T : struct, INumber<T>
    {
        value = T.CreateSaturating(real);
        return double.CreateSaturating(value) == real;
    }
}
