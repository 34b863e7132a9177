using System.Text.Json;

namespace Inference.AspNetCore.Rest.Elements;

/// <summary>Elements of INT32.</summary>
internal readonly struct Int32Element : IJsonElement<int>
{
    public static string Expected => "a whole number of 32 bits with a sign";

    public static bool TryRead(ref Utf8JsonReader reader, out int value)
    {
        value = 0;
        return reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out value);
    }
}
