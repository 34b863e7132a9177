namespace Inference.Optimization.Distillation;

/// <summary>The result of calibrating or evaluating a cascade.</summary>
/// <param name="Threshold">The confidence from which the student answers a row.</param>
/// <param name="StopShare">The share of the rows that the student answers.</param>
/// <param name="TeacherMetric">The teacher's metric on these rows.</param>
/// <param name="CascadeMetric">The cascade's metric on these rows.</param>
/// <param name="Drop">The drop of the cascade's metric.</param>
public sealed record CascadeResult(double Threshold, double StopShare, double TeacherMetric, double CascadeMetric, double Drop);
