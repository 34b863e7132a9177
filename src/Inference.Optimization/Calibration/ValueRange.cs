namespace Inference.Optimization.Calibration;

/// <summary>The range of an activation.</summary>
/// <param name="Low">The least value that is represented.</param>
/// <param name="High">The greatest value that is represented.</param>
public readonly record struct ValueRange(float Low, float High);
