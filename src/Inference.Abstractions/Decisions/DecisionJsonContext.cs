using System.Text.Json.Serialization;

namespace Inference.Decisions;

[JsonSerializable(typeof(Decision))]
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    // Members that are not covered by the hash could be changed.
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false)]
internal sealed partial class DecisionJsonContext : JsonSerializerContext;
