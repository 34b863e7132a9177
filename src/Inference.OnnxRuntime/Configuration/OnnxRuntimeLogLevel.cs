namespace Inference.OnnxRuntime;

/// <summary>What ONNX Runtime writes to the standard error stream. The numbers are those of its C API.</summary>
public enum OnnxRuntimeLogLevel
{
    /// <summary>Everything.</summary>
    Verbose = 0,
    /// <summary>Information and above.</summary>
    Information = 1,
    /// <summary>Warnings and above.</summary>
    Warning = 2,
    /// <summary>Errors and above; the default here.</summary>
    Error = 3,
    /// <summary>Only what ends the process.</summary>
    Fatal = 4,
}
