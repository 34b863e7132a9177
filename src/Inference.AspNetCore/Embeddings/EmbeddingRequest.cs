namespace Inference.AspNetCore.Embeddings;

/// <summary>A request for embeddings.</summary>
/// <param name="Model">The generator's name.</param>
/// <param name="Inputs">The texts.</param>
/// <param name="Dimensions">The number of dimensions that is asked for; null for the model's own.</param>
/// <param name="Base64">Whether vectors are answered as base64 of little-endian floats.</param>
internal sealed record EmbeddingRequest(string Model, List<string> Inputs, int? Dimensions, bool Base64);
