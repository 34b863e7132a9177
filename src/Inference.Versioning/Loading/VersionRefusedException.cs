namespace Inference.Versioning;

/// <summary>The exception that is thrown when a version fails a gate and therefore does not serve.</summary>
public sealed class VersionRefusedException : ModelLoadException
{
    /// <summary>Initializes a new instance with a message.</summary>
    public VersionRefusedException(string message)
        : base(message)
    {
    }

    /// <summary>Initializes a new instance with a message and its cause.</summary>
    public VersionRefusedException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>The version; empty if it is not known.</summary>
    public string Version { get; init; } = "";

    /// <summary>The gate that it failed.</summary>
    public VersionGate Gate { get; init; }
}
