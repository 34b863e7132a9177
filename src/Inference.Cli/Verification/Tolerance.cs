using System.Text.Json;

namespace Inference.Cli.Verification;

/// <summary>The accepted difference between a result and the expected value: |got − want| ≤ atol + rtol·|want|, and, if specified, rms(got − want) ≤ rmsTol·rms(want).</summary>
internal sealed record Tolerance(double Relative, double Absolute, double? Rms)
{
    // As ONNX's own runner of its tests allows (1e-3 and 1e-7), with more room near 0, where sums in another order differ.
    public const double DefaultRelative = 1e-3;
    public const double DefaultAbsolute = 1e-6;

    /// <summary>Options override a <c>meta.json</c> beside the model, which overrides the defaults.</summary>
    public static Tolerance For(string modelFolder, double? rtol, double? atol)
    {
        double relative = DefaultRelative;
        double absolute = DefaultAbsolute;
        double? rms = null;
        string meta = Path.Combine(modelFolder, "meta.json");
        if (File.Exists(meta))
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(meta));
            relative = Number(document, "rtol") ?? relative;
            absolute = Number(document, "atol") ?? absolute;
            rms = Number(document, "rms_tol");
        }

        return new(rtol ?? relative, atol ?? absolute, rms);
    }

    private static double? Number(JsonDocument document, string name) =>
        document.RootElement.TryGetProperty(name, out JsonElement element) && element.ValueKind == JsonValueKind.Number ? element.GetDouble() : null;
}
