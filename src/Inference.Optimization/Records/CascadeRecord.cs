namespace Inference.Optimization.Records;

/// <summary>A cascade on rows that neither student nor threshold has seen.</summary>
/// <param name="Threshold">The confidence from which a row stops at the student.</param>
/// <param name="StopShare">The share of the rows that stop there.</param>
/// <param name="Drop">How much worse the cascade is than the teacher alone.</param>
/// <param name="TeacherMicroseconds">Mean time of a row through the teacher alone.</param>
/// <param name="Microseconds">Mean time of a row through the cascade.</param>
public sealed record CascadeRecord(double Threshold, double StopShare, double Drop, double TeacherMicroseconds, double Microseconds);
