namespace Inference.Onnx;

/// <summary>The bounds of a tensor that is split over several messages (<c>TensorProto.Segment</c>): obsolete, but preserved when reading and writing.</summary>
/// <param name="Begin">The first element.</param>
/// <param name="End">The position after the last element.</param>
public readonly record struct OnnxTensorSegment(long Begin, long End);
