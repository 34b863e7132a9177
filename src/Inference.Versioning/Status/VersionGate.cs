using Inference.Versioning.Loading;

namespace Inference.Versioning;

/// <summary>The checks that a version must pass before it serves, in order.</summary>
public enum VersionGate
{
    /// <summary>No gate: nothing was checked.</summary>
    None,
    /// <summary>The memory budget has room for it.</summary>
    Budget,
    /// <summary>Its manifest can be read.</summary>
    Manifest,
    /// <summary>Its signature is valid.</summary>
    Signature,
    /// <summary>Its files and the loaded model have the digests stated in its manifest.</summary>
    Digest,
    /// <summary>It loads.</summary>
    Load,
    /// <summary>Its inputs and outputs are compatible with those of the default version.</summary>
    Compatibility,
    /// <summary>It reproduces its golden rows.</summary>
    GoldenRows,
    /// <summary>It runs.</summary>
    Warmup,
}
