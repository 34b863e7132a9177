namespace Inference.AspNetCore.Protocol;

/// <summary>An output of a call.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">The tensor.</param>
/// <param name="Binary">Whether REST answers it as raw bytes.</param>
/// <param name="IsOwned">Whether the tensor was made for the answer.</param>
internal readonly record struct ResultTensor(string Name, TensorValue Value, bool Binary, bool IsOwned);
