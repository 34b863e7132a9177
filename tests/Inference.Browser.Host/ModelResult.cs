using System.Text.Json;
using System.Text.Json.Serialization;

namespace Inference.Browser.Host;

/// <summary>What the page reports of a model; times in ms, those of ONNX Runtime for the web if it was asked.</summary>
internal sealed record ModelResult(
    string Name, string? Wrong, double? Load, double? First, double? Steady, double? TheirLoad, double? TheirFirst, double? TheirSteady, string? TheirError)
{
    private static readonly JsonSerializerOptions s_options = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.Never };

    [JsonIgnore]
    public bool IsRight => Wrong is "";

    public static ModelResult Read(JsonElement body) => body.Deserialize<ModelResult>(s_options)!;
}
