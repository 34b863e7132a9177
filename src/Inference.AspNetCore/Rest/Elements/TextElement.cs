using System.Text.Json;

namespace Inference.AspNetCore.Rest.Elements;

/// <summary>Elements of BYTES.</summary>
internal readonly struct TextElement : IJsonElement<string>
{
    public static string Expected => "a text";

    public static bool TryRead(ref Utf8JsonReader reader, out string value)
    {
        bool isText = reader.TokenType == JsonTokenType.String;
        value = isText ? reader.GetString()! : "";
        return isText;
    }
}
