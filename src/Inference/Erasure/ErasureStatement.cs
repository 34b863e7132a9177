using System.Text.Json.Serialization;

namespace Inference.Erasure;

/// <summary>The payload of a receipt.</summary>
/// <param name="Id">The erasure.</param>
/// <param name="At">When it was complete.</param>
/// <param name="Kind">Whether the owner is a subject or a tenant.</param>
/// <param name="Owner">SHA-256 of salt, kind and name, hexadecimal.</param>
/// <param name="Salt">16 random bytes, hexadecimal.</param>
/// <param name="Actor">Who asked for it.</param>
/// <param name="Reason">Why.</param>
/// <param name="KeyDestroyed">Whether a key of the owner was destroyed.</param>
/// <param name="Models">What was removed.</param>
internal sealed record ErasureStatement(Guid Id, DateTimeOffset At, string Kind, string Owner, string Salt, string Actor, string Reason, bool KeyDestroyed, IReadOnlyList<ModelErasure> Models);

/// <summary>The header of a receipt.</summary>
internal sealed record ErasureHeader(string Alg, string Typ, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Kid)
{
    public const string Algorithm = "ES256";
    public const string Type = "inference-erasure+jws";
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ErasureStatement))]
[JsonSerializable(typeof(ErasureHeader))]
internal sealed partial class ErasureJson : JsonSerializerContext;
