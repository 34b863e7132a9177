namespace Inference.Onnx.Encryption;

/// <summary>A file inside a container.</summary>
/// <param name="Name">Its path relative to the model's folder, with '/'; that of the model file for the first part.</param>
/// <param name="Length">Its length in bytes, decrypted.</param>
/// <param name="FirstSegment">The index of its first segment.</param>
/// <param name="Offset">Where its first segment lies in the container.</param>
internal sealed record ContainerPart(string Name, long Length, long FirstSegment, long Offset);
