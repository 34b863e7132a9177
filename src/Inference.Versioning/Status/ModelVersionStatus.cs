namespace Inference.Versioning;

/// <summary>One version as it stands.</summary>
/// <param name="Version">Its name.</param>
/// <param name="State">What it does.</param>
/// <param name="Labels">Labels it carries.</param>
/// <param name="Digest">Digest of the loaded model; null when it is not loaded.</param>
/// <param name="Bytes">Length of its files.</param>
/// <param name="CallsInFlight">Calls it is serving.</param>
/// <param name="Calls">Calls it served since it was loaded.</param>
/// <param name="Error">Why it was refused or taken back; null when it was not.</param>
public sealed record ModelVersionStatus(string Version, ModelVersionState State, IReadOnlyList<string> Labels, string? Digest, long Bytes, int CallsInFlight, long Calls, string? Error);
