using System.Text.Json;

namespace Inference.AspNetCore.Rest.Elements;

/// <summary>Elements of UINT16.</summary>
internal readonly struct UInt16Element : IJsonElement<ushort>
{
    public static string Expected => "a whole number of 16 bits, 0 or more";

    public static bool TryRead(ref Utf8JsonReader reader, out ushort value)
    {
        value = 0;
        return reader.TokenType == JsonTokenType.Number && reader.TryGetUInt16(out value);
    }
}
