using System.Text.Json.Serialization;
using Inference.Decisions;
using Inference.Status;
using Inference.Versioning;

namespace WebService;

[JsonSerializable(typeof(ScoreRequest))]
[JsonSerializable(typeof(ScoreResponse))]
[JsonSerializable(typeof(IReadOnlyList<ModelVersionStatus>))]
[JsonSerializable(typeof(IReadOnlyList<Decision>))]
[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web, UseStringEnumConverter = true)]
internal sealed partial class ServiceJson : JsonSerializerContext;
