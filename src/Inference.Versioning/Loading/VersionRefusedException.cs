namespace Inference.Versioning;

/// <summary>A version did not pass a gate and does not serve.</summary>
public sealed class VersionRefusedException : ModelLoadException
{
    /// <summary>Makes an error.</summary>
    public VersionRefusedException(string message, string version, VersionGate gate, Exception? innerException = null)
        : base(message, innerException)
    {
        Version = version;
        Gate = gate;
    }

    /// <summary>The version.</summary>
    public string Version { get; }

    /// <summary>The gate it failed at.</summary>
    public VersionGate Gate { get; }
}
