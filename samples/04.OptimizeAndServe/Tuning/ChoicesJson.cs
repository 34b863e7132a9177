using System.Text.Json.Serialization;

namespace OptimizeAndServe.Tuning;

/// <summary>Generated serialization.</summary>
[JsonSourceGenerationOptions(WriteIndented = true)]
[JsonSerializable(typeof(Choices))]
internal sealed partial class ChoicesJson : JsonSerializerContext;
