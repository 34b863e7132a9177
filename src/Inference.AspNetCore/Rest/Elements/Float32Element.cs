using System.Text.Json;

namespace Inference.AspNetCore.Rest.Elements;

/// <summary>Elements of FP32: numbers within the type's range, and the texts NaN, Infinity and -Infinity, since JSON has no numbers for these.</summary>
internal readonly struct Float32Element : IJsonElement<float>
{
    public static string Expected => "a number in the range of FP32, or \"NaN\", \"Infinity\" or \"-Infinity\"";

    public static bool TryRead(ref Utf8JsonReader reader, out float value)
    {
        if (reader.TokenType == JsonTokenType.Number)
        {
            return reader.TryGetSingle(out value) && float.IsFinite(value);
        }

        value = float.NaN;
        if (reader.TokenType != JsonTokenType.String)
        {
            return false;
        }

        if (reader.ValueTextEquals("Infinity"u8))
        {
            value = float.PositiveInfinity;
            return true;
        }

        if (reader.ValueTextEquals("-Infinity"u8))
        {
            value = float.NegativeInfinity;
            return true;
        }

        return reader.ValueTextEquals("NaN"u8);
    }
}
