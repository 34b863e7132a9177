using Inference.Versioning.Loading;

namespace Inference.Versioning;

/// <summary>The checks a version passes before it serves, in their order.</summary>
public enum VersionGate
{
    /// <summary>The memory budget has room for it.</summary>
    Budget,
    /// <summary>Its manifest can be read.</summary>
    Manifest,
    /// <summary>Its signature is valid.</summary>
    Signature,
    /// <summary>Its files and the loaded model have the digests its manifest states.</summary>
    Digest,
    /// <summary>It loads.</summary>
    Load,
    /// <summary>Its inputs and outputs fit those of the default version.</summary>
    Compatibility,
    /// <summary>It reproduces its golden rows.</summary>
    GoldenRows,
    /// <summary>It runs.</summary>
    Warmup,
}
