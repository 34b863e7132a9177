namespace Inference.Optimization.Records;

/// <summary>The evaluation of a cascade on rows that were used neither for training nor for calibration.</summary>
/// <param name="Threshold">The confidence from which the student answers a row.</param>
/// <param name="StopShare">The share of the rows that the student answers.</param>
/// <param name="Drop">The drop of the cascade's metric compared with the teacher alone.</param>
/// <param name="TeacherMicroseconds">The mean time per row of the teacher alone, microseconds.</param>
/// <param name="Microseconds">The mean time per row of the cascade, microseconds.</param>
public sealed record CascadeRecord(double Threshold, double StopShare, double Drop, double TeacherMicroseconds, double Microseconds);
