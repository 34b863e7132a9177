namespace Inference.Optimization.Distillation;

/// <summary>A calibrated cascade.</summary>
/// <param name="Threshold">The confidence from which a row stops at the student.</param>
/// <param name="StopShare">The share of the rows that stop there, on the rows calibrated on.</param>
/// <param name="TeacherMetric">The teacher's metric there.</param>
/// <param name="CascadeMetric">The cascade's.</param>
/// <param name="Drop">How much worse the cascade is.</param>
public sealed record CascadeResult(double Threshold, double StopShare, double TeacherMetric, double CascadeMetric, double Drop);
