using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Inference.Decisions;
using Inference.Versioning.Loading;

namespace Inference.Versioning.State;

/// <summary>Decisions and the state that follows from them, as JSON.</summary>
internal static class StateJson
{
    // Texts lie within texts here: quotes as \" keep records short.
    private static readonly StateJsonContext s_lines = new(new JsonSerializerOptions(StateJsonContext.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>A record as one line, without the line feed.</summary>
    public static byte[] Line(Decision decision) => JsonSerializer.SerializeToUtf8Bytes(decision, s_lines.Decision);

    /// <summary>The record of a line; null where it is none.</summary>
    public static Decision? TryParseLine(ReadOnlySpan<byte> line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, s_lines.Decision);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public static string Text(RepositoryState state) => JsonSerializer.Serialize(state, s_lines.RepositoryState);

    /// <summary>The state in a text; null where it is none.</summary>
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

    /// <summary>The signature in a text; null where it is none.</summary>
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

    /// <summary>The content of the cache of the state.</summary>
    public static byte[] File(StateFile file) => JsonSerializer.SerializeToUtf8Bytes(file, s_lines.StateFile);

    /// <summary>The cache in a file's content; null where it is none.</summary>
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
