namespace Inference.AspNetCore.Models;

/// <summary>An input or output in a model's metadata.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Datatype">The protocol's name of its element type; the declared type in words if the protocol has none.</param>
/// <param name="Shape">Its shape, −1 for dimensions that vary; [−1] if the rank is unknown.</param>
internal sealed record TensorDescription(string Name, string Datatype, long[] Shape);
