using Inference.Optimization.Calibration;

namespace Inference.Optimization.Quantization;

/// <summary>The range of a tensor and the method that selected it.</summary>
internal sealed record SelectedRange(ValueRange Range, CalibrationMethod Method);
