using System.Text.Json.Serialization;

namespace Inference.Optimization.Gate;

/// <summary>JSON of results, generated at build time: no reflection.</summary>
[JsonSourceGenerationOptions(
    WriteIndented = true,
    UseStringEnumConverter = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(GateResult))]
internal sealed partial class GateJson : JsonSerializerContext;
