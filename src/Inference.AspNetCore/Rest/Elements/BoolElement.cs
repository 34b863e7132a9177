using System.Text.Json;

namespace Inference.AspNetCore.Rest.Elements;

/// <summary>Elements of BOOL.</summary>
internal readonly struct BoolElement : IJsonElement<bool>
{
    public static string Expected => "true or false";

    public static bool TryRead(ref Utf8JsonReader reader, out bool value)
    {
        value = reader.TokenType == JsonTokenType.True;
        return value || reader.TokenType == JsonTokenType.False;
    }
}
