using System.Text.Json;
using System.Text.Json.Serialization;

namespace Inference.Versioning.Manifest;

[JsonSerializable(typeof(ModelManifest))]
[JsonSerializable(typeof(GoldenRows))]
[JsonSerializable(typeof(ModelLineage))]
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    ReadCommentHandling = JsonCommentHandling.Skip,
    AllowTrailingCommas = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class ManifestJson : JsonSerializerContext;
