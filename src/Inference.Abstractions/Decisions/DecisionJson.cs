using System.Text.Encodings.Web;
using System.Text.Json;

namespace Inference.Decisions;

/// <summary>The form of a record in stores: one line of JSON with the properties of <see cref="Decision"/> in camel case, without null ones. Thread-safe.</summary>
public static class DecisionJson
{
    // JSON is nested in JSON texts: quotes escaped as \" keep records short.
    private static readonly DecisionJsonContext s_lines = new(new JsonSerializerOptions(DecisionJsonContext.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>Serializes a record as UTF-8, without a line feed.</summary>
    public static byte[] Write(Decision decision)
    {
        ArgumentNullException.ThrowIfNull(decision);
        return JsonSerializer.SerializeToUtf8Bytes(decision, s_lines.Decision);
    }

    /// <summary>Parses a record; null if it is not one. Its hash is not checked: see <see cref="Decision.WhyNotAfter"/>.</summary>
    /// <param name="line">UTF-8.</param>
    public static Decision? TryRead(ReadOnlySpan<byte> line)
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
}
