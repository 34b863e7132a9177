using System.Text.Json.Serialization;
using Inference.Decisions;
using Inference.Versioning.Loading;

namespace Inference.Versioning.State;

[JsonSerializable(typeof(Decision))]
[JsonSerializable(typeof(RepositoryState))]
[JsonSerializable(typeof(ModelSignature))]
[JsonSerializable(typeof(StateFile))]
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    // What stands in a record and not in its hash could be changed.
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false)]
internal sealed partial class StateJsonContext : JsonSerializerContext;
