using System.Text.Json.Serialization;

namespace CaseStudy.Measuring;

/// <summary>Generated serialization of what parts of the study leave for the report.</summary>
[JsonSerializable(typeof(TrafficResult))]
[JsonSerializable(typeof(QualityResult))]
internal sealed partial class StudyJson : JsonSerializerContext;
