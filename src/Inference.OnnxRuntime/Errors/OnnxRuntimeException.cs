namespace Inference.OnnxRuntime;

/// <summary>ONNX Runtime failed, or its native library is missing or cannot be used.</summary>
public class OnnxRuntimeException : ProviderException
{
    /// <summary>Creates an exception.</summary>
    /// <param name="code">The ONNX Runtime error code.</param>
    /// <param name="message">The complete message.</param>
    /// <param name="nativeMessage">The message from ONNX Runtime; empty if the error did not come from it.</param>
    /// <param name="innerException">The exception that caused this one; null for none.</param>
    public OnnxRuntimeException(OnnxRuntimeErrorCode code, string message, string nativeMessage = "", Exception? innerException = null)
        : base(message, innerException)
    {
        Code = code;
        NativeMessage = nativeMessage;
    }

    /// <summary>The ONNX Runtime error code.</summary>
    public OnnxRuntimeErrorCode Code { get; }

    /// <summary>The message from ONNX Runtime; empty if the error did not come from it.</summary>
    public string NativeMessage { get; }
}
