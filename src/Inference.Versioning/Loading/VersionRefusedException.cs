namespace Inference.Versioning;

/// <summary>The exception that is thrown when a version fails a gate and therefore does not serve.</summary>
public sealed class VersionRefusedException : ModelLoadException
{
    /// <summary>Initializes a new instance.</summary>
    public VersionRefusedException(string message, string version, VersionGate gate, Exception? innerException = null)
        : base(message, innerException)
    {
        Version = version;
        Gate = gate;
    }

    /// <summary>The version.</summary>
    public string Version { get; }

    /// <summary>The gate that it failed.</summary>
    public VersionGate Gate { get; }
}
