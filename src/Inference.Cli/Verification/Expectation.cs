using System.Text.Json;

namespace Inference.Cli.Verification;

/// <summary>What a test's <c>meta.json</c> expects of its model in addition to values.</summary>
internal static class Expectation
{
    /// <summary>Whether an error is expected, at load or at run: <c>"expect": "error"</c>.</summary>
    public static bool IsError(string modelFolder)
    {
        string meta = Path.Combine(modelFolder, "meta.json");
        if (!File.Exists(meta))
        {
            return false;
        }

        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(meta));
        return document.RootElement.TryGetProperty("expect", out JsonElement expect) && expect.ValueKind == JsonValueKind.String && expect.GetString() == "error";
    }

    /// <summary>The exception among an error's causes that is not of this library; null if there is none.</summary>
    public static Exception? RawCause(Exception error)
    {
        for (Exception? cause = error; cause is not null; cause = cause.InnerException)
        {
            if (cause is not InferenceException)
            {
                return cause;
            }
        }

        return null;
    }
}
