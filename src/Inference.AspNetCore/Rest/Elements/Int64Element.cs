using System.Text.Json;

namespace Inference.AspNetCore.Rest.Elements;

/// <summary>Elements of INT64.</summary>
internal readonly struct Int64Element : IJsonElement<long>
{
    public static string Expected => "a whole number of 64 bits with a sign";

    public static bool TryRead(ref Utf8JsonReader reader, out long value)
    {
        value = 0;
        return reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out value);
    }
}
