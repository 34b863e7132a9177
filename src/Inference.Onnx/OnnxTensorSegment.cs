namespace Inference.Onnx;

/// <summary>Bounds of a tensor that was split over several messages (<c>TensorProto.Segment</c>): obsolete, kept on reading and writing.</summary>
/// <param name="Begin">First element.</param>
/// <param name="End">One past the last element.</param>
public readonly record struct OnnxTensorSegment(long Begin, long End);
