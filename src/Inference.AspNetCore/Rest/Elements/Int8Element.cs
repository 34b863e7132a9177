using System.Text.Json;

namespace Inference.AspNetCore.Rest.Elements;

/// <summary>Elements of INT8.</summary>
internal readonly struct Int8Element : IJsonElement<sbyte>
{
    public static string Expected => "a whole number of 8 bits with a sign";

    public static bool TryRead(ref Utf8JsonReader reader, out sbyte value)
    {
        value = 0;
        return reader.TokenType == JsonTokenType.Number && reader.TryGetSByte(out value);
    }
}
