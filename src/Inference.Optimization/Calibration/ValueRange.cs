namespace Inference.Optimization.Calibration;

/// <summary>The range of an activation.</summary>
/// <param name="Low">The lowest represented value.</param>
/// <param name="High">The highest represented value.</param>
public readonly record struct ValueRange(float Low, float High);
