namespace Inference.Batching.Axes;

/// <summary>Where rows are in a port.</summary>
/// <param name="Port">The port, as the model declares it.</param>
/// <param name="Axis">Its batch axis; null for a shared input.</param>
internal readonly record struct PortAxis(ModelPort Port, int? Axis);
