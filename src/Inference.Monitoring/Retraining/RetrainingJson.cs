using System.Text.Json.Serialization;

namespace Inference.Monitoring.Retraining;

/// <summary>JSON of the state file and of <c>reason.json</c>, without reflection.</summary>
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(RetrainingMemory))]
[JsonSerializable(typeof(BundleRecord))]
[JsonSerializable(typeof(BundleNotice))]
internal sealed partial class RetrainingJson : JsonSerializerContext;
