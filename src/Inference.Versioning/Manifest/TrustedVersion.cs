using System.Globalization;

namespace Inference.Versioning.Manifest;

/// <summary>A version whose signature was judged.</summary>
/// <param name="Manifest">Its manifest, as it was verified; null if it has none.</param>
/// <param name="Files">The SHA-256 of each file that the signature covers; null if no signature was verified.</param>
/// <param name="SignedBy">The id of the key or the subject of the certificate; null if no signature was verified.</param>
/// <param name="SignedAt">The time of signing, as stated; null if it is not.</param>
internal sealed record TrustedVersion(ModelManifest? Manifest, IReadOnlyDictionary<string, string>? Files = null, string? SignedBy = null, DateTimeOffset? SignedAt = null)
{
    /// <summary>The time of signing as text whose order is that of time; null if it is not stated.</summary>
    public string? SignedAtText => SignedAt?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
