using System.Text.Json;

namespace Inference.AspNetCore.Rest.Elements;

/// <summary>Elements of INT16.</summary>
internal readonly struct Int16Element : IJsonElement<short>
{
    public static string Expected => "a whole number of 16 bits with a sign";

    public static bool TryRead(ref Utf8JsonReader reader, out short value)
    {
        value = 0;
        return reader.TokenType == JsonTokenType.Number && reader.TryGetInt16(out value);
    }
}
