using System.Text.Json;

namespace Inference.AspNetCore.Rest.Elements;

/// <summary>Elements of UINT32.</summary>
internal readonly struct UInt32Element : IJsonElement<uint>
{
    public static string Expected => "a whole number of 32 bits, 0 or more";

    public static bool TryRead(ref Utf8JsonReader reader, out uint value)
    {
        value = 0;
        return reader.TokenType == JsonTokenType.Number && reader.TryGetUInt32(out value);
    }
}
