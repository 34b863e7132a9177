namespace Inference.OnnxRuntime;

/// <summary>The severity of the messages that ONNX Runtime writes to the standard error stream. The values are those of its C API.</summary>
public enum OnnxRuntimeLogLevel
{
    /// <summary>Everything.</summary>
    Verbose = 0,
    /// <summary>Information, and more severe messages.</summary>
    Information = 1,
    /// <summary>Warnings, and more severe messages.</summary>
    Warning = 2,
    /// <summary>Errors, and more severe messages; the default.</summary>
    Error = 3,
    /// <summary>Only errors that end the process.</summary>
    Fatal = 4,
}
