using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Inference.Decisions;
using Inference.Versioning.Loading;

namespace Inference.Versioning.State;

/// <summary>Serializes decisions and states as JSON.</summary>
internal static class StateJson
{
    // JSON is nested in JSON texts: quotes escaped as \" keep records short.
    private static readonly StateJsonContext s_lines = new(new JsonSerializerOptions(StateJsonContext.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>Serializes a record as one line, without the line feed.</summary>
    public static byte[] Line(Decision decision) => DecisionJson.Write(decision);

    /// <summary>Parses a line; null if it is not a record.</summary>
    public static Decision? TryParseLine(ReadOnlySpan<byte> line) => DecisionJson.TryRead(line);

    public static string Text(RepositoryState state) => JsonSerializer.Serialize(state, s_lines.RepositoryState);

    /// <summary>Parses a state; null if it is malformed.</summary>
    public static RepositoryState? TryParseState(string text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, s_lines.RepositoryState) is { } state && state.IsWhole() ? state : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public static string Text(ModelSignature signature) => JsonSerializer.Serialize(signature, s_lines.ModelSignature);

    /// <summary>Parses a signature; null if it is malformed.</summary>
    public static ModelSignature? TryParseSignature(string text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, s_lines.ModelSignature) is { } signature && signature.IsWhole() ? signature : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Serializes the content of <c>state.json</c>.</summary>
    public static byte[] File(StateFile file) => JsonSerializer.SerializeToUtf8Bytes(file, s_lines.StateFile);

    /// <summary>Parses the content of <c>state.json</c>; null if it is malformed.</summary>
    public static StateFile? TryParseFile(ReadOnlySpan<byte> content)
    {
        try
        {
            return JsonSerializer.Deserialize(content, s_lines.StateFile) is { Hash: not null, State: { } state } file && state.IsWhole() ? file : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
