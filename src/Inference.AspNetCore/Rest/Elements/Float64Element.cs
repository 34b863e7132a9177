using System.Text.Json;

namespace Inference.AspNetCore.Rest.Elements;

/// <summary>Elements of FP64: numbers within the type's range, and the texts NaN, Infinity and -Infinity, since JSON has no numbers for these.</summary>
internal readonly struct Float64Element : IJsonElement<double>
{
    public static string Expected => "a number in the range of FP64, or \"NaN\", \"Infinity\" or \"-Infinity\"";

    public static bool TryRead(ref Utf8JsonReader reader, out double value)
    {
        if (reader.TokenType == JsonTokenType.Number)
        {
            return reader.TryGetDouble(out value) && double.IsFinite(value);
        }

        value = double.NaN;
        if (reader.TokenType != JsonTokenType.String)
        {
            return false;
        }

        if (reader.ValueTextEquals("Infinity"u8))
        {
            value = double.PositiveInfinity;
            return true;
        }

        if (reader.ValueTextEquals("-Infinity"u8))
        {
            value = double.NegativeInfinity;
            return true;
        }

        return reader.ValueTextEquals("NaN"u8);
    }
}
