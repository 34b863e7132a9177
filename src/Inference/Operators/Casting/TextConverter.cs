using System.Globalization;
using Inference.Kernels.Threading;

namespace Inference.Operators.Casting;

/// <summary>
/// Numbers to text and back. Floats print the shortest digits that read back as the same number, plain from 1e-4 to 1e16 and scientific (1e-05) outside, whole
/// numbers as 1.0; infinities and NaN as inf, -inf, nan. Text reads plain and scientific notation and, in any case, inf, infinity and nan.
/// </summary>
internal static class TextConverter
{
    /// <summary>Units of <see cref="WorkCounter"/> of a number that is read from a text or written into one, about 100 ns.</summary>
    public const int TextWork = 100;

    public static void ToText(KernelContext context, Tensor source, Span<string> target)
    {
        var work = default(WorkCounter);
        for (int i = 0; i < target.Length; i++)
        {
            target[i] = source.Type switch
            {
                ElementType.Float32 => Format(Typed.Scalars.ToDouble(source, i), ((float)Typed.Scalars.ToDouble(source, i)).ToString("R", CultureInfo.InvariantCulture)),
                ElementType.Float16 => Format(Typed.Scalars.ToDouble(source, i), ((Half)Typed.Scalars.ToDouble(source, i)).ToString("R", CultureInfo.InvariantCulture)),
                ElementType.Float64 => Format(Typed.Scalars.ToDouble(source, i), Typed.Scalars.ToDouble(source, i).ToString("R", CultureInfo.InvariantCulture)),
                ElementType.UInt64 => ((ulong)Typed.Scalars.ToInt64(source, i)).ToString(CultureInfo.InvariantCulture),
                ElementType.Bool => source.Bytes[i] != 0 ? "1" : "0",
                _ when TypeSet.Integer.Contains(source.Type) || source.Type is ElementType.Int4 or ElementType.UInt4 or ElementType.Int2 or ElementType.UInt2 =>
                    Typed.Scalars.ToInt64(source, i).ToString(CultureInfo.InvariantCulture),
                _ => Format(Typed.Scalars.ToDouble(source, i), ((float)Typed.Scalars.ToDouble(source, i)).ToString("R", CultureInfo.InvariantCulture)),
            };
            context.Claim(MemoryCount.OfString(target[i].Length));
            work.Add(TextWork);
        }
    }

    /// <summary>Reads text as a number of a type; false where it is none.</summary>
    public static bool TryParse(string text, ElementType type, out double number, out long integer)
    {
        ReadOnlySpan<char> span = text.AsSpan().Trim();
        integer = 0;
        if (type == ElementType.UInt64 && ulong.TryParse(span, NumberStyles.Integer, CultureInfo.InvariantCulture, out ulong unsigned))
        {
            integer = unchecked((long)unsigned);
            number = unsigned;
            return true;
        }

        if (long.TryParse(span, NumberStyles.Integer, CultureInfo.InvariantCulture, out integer))
        {
            number = integer;

            // "-0" has a sign that integers lose.
            return integer != 0 || double.TryParse(span, NumberStyles.Float, CultureInfo.InvariantCulture, out number);
        }

        ReadOnlySpan<char> unsignedText = span.Length > 0 && span[0] is '+' or '-' ? span[1..] : span;
        if (unsignedText.Equals("inf", StringComparison.OrdinalIgnoreCase) || unsignedText.Equals("infinity", StringComparison.OrdinalIgnoreCase))
        {
            number = span[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity;
        }
        else if (unsignedText.Equals("nan", StringComparison.OrdinalIgnoreCase))
        {
            number = double.NaN;
        }
        else if (!double.TryParse(span, NumberStyles.Float, CultureInfo.InvariantCulture, out number))
        {
            return false;
        }

        integer = number is >= -9.2e18 and <= 9.2e18 ? (long)number : long.MinValue;
        return true;
    }

    // Takes the shortest digits as .NET prints them and lays them out anew.
    private static string Format(double value, string shortest)
    {
        if (double.IsNaN(value))
        {
            return "nan";
        }

        if (double.IsInfinity(value))
        {
            return value > 0 ? "inf" : "-inf";
        }

        bool negative = shortest[0] == '-';
        string body = negative ? shortest[1..] : shortest;
        int e = body.IndexOf('E', StringComparison.Ordinal);
        int exponent = e < 0 ? 0 : int.Parse(body.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        string mantissa = e < 0 ? body : body[..e];
        int point = mantissa.IndexOf('.', StringComparison.Ordinal);
        string digits = mantissa.Replace(".", "", StringComparison.Ordinal);
        int leading = (point < 0 ? mantissa.Length : point) + exponent;
        string stripped = digits.TrimStart('0');
        leading -= digits.Length - stripped.Length;
        stripped = stripped.TrimEnd('0');
        string sign = negative ? "-" : "";
        if (stripped.Length == 0)
        {
            return sign + "0.0";
        }

        int scientific = leading - 1;
        if (scientific is < -4 or >= 16)
        {
            string tail = stripped.Length > 1 ? "." + stripped[1..] : "";
            return $"{sign}{stripped[0]}{tail}e{(scientific < 0 ? '-' : '+')}{Math.Abs(scientific).ToString("00", CultureInfo.InvariantCulture)}";
        }

        if (leading <= 0)
        {
            return $"{sign}0.{new string('0', -leading)}{stripped}";
        }

        return stripped.Length <= leading
            ? $"{sign}{stripped}{new string('0', leading - stripped.Length)}.0"
            : $"{sign}{stripped[..leading]}.{stripped[leading..]}";
    }
}
