using System.Text.Json.Serialization;

namespace Inference.Optimization.Records;

/// <summary>JSON of records, generated at build time: no reflection.</summary>
[JsonSourceGenerationOptions(
    UseStringEnumConverter = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(DecisionRecord))]
[JsonSerializable(typeof(List<CandidateRecord>))]
internal sealed partial class RecordJson : JsonSerializerContext;
