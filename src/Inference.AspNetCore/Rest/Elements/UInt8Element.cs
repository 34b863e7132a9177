using System.Text.Json;

namespace Inference.AspNetCore.Rest.Elements;

/// <summary>Elements of UINT8.</summary>
internal readonly struct UInt8Element : IJsonElement<byte>
{
    public static string Expected => "a whole number of 8 bits, 0 or more";

    public static bool TryRead(ref Utf8JsonReader reader, out byte value)
    {
        value = 0;
        return reader.TokenType == JsonTokenType.Number && reader.TryGetByte(out value);
    }
}
