using System.Text.Json.Serialization;
using Inference.Versioning.Loading;

namespace Inference.Versioning.State;

[JsonSerializable(typeof(RepositoryState))]
[JsonSerializable(typeof(ModelSignature))]
[JsonSerializable(typeof(StateFile))]
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    // Members that are not covered by the hash could be changed.
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false)]
internal sealed partial class StateJsonContext : JsonSerializerContext;
