namespace Inference.AspNetCore.Protocol;

/// <summary>An output that a request names.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Binary">Whether it is answered as raw bytes; null: as the request says for all.</param>
/// <param name="Classes">The number of classes to answer in place of the tensor; 0 for the tensor.</param>
internal readonly record struct RequestedOutput(string Name, bool? Binary, int Classes);
