using System.Text.Json;

namespace Inference.AspNetCore.Rest.Elements;

/// <summary>Elements of UINT64.</summary>
internal readonly struct UInt64Element : IJsonElement<ulong>
{
    public static string Expected => "a whole number of 64 bits, 0 or more";

    public static bool TryRead(ref Utf8JsonReader reader, out ulong value)
    {
        value = 0;
        return reader.TokenType == JsonTokenType.Number && reader.TryGetUInt64(out value);
    }
}
