namespace Inference.Optimization.Gate;

/// <summary>A model that a gate judged.</summary>
/// <param name="Name">Its name, for people.</param>
/// <param name="Digest">The SHA-256 of its bytes and external data, see <see cref="ModelInfo.Digest"/>.</param>
/// <param name="Bytes">The bytes of the file and of its external data.</param>
/// <param name="Provider">What ran it, such as <c>cpu</c>; empty if it was not loaded.</param>
public sealed record GateModel(string Name, string Digest, long Bytes, string Provider);
