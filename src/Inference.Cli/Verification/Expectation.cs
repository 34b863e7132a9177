using System.Text.Json;

namespace Inference.Cli.Verification;

/// <summary>What a test's <c>meta.json</c> expects of its model beyond values.</summary>
internal static class Expectation
{
    /// <summary>Whether the model is to be refused, at load or at run: <c>"expect": "error"</c>.</summary>
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

    /// <summary>The exception that is not of this library among an error's causes; null where there is none.</summary>
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
