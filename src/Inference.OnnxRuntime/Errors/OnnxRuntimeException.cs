namespace Inference.OnnxRuntime;

/// <summary>ONNX Runtime failed, or its native library is missing or cannot be used.</summary>
public class OnnxRuntimeException : ProviderException
{
    /// <summary>Creates an exception with a message.</summary>
    public OnnxRuntimeException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with a message and the exception that caused it.</summary>
    public OnnxRuntimeException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>The ONNX Runtime error code.</summary>
    public OnnxRuntimeErrorCode Code { get; init; } = OnnxRuntimeErrorCode.Fail;

    /// <summary>The message from ONNX Runtime; empty if the error did not come from it.</summary>
    public string NativeMessage { get; init; } = "";
}
