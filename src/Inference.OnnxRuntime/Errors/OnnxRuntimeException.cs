namespace Inference.OnnxRuntime;

/// <summary>ONNX Runtime failed, or its native library is missing or not usable.</summary>
public class OnnxRuntimeException : ProviderException
{
    /// <summary>Makes an error.</summary>
    /// <param name="code">ONNX Runtime's code.</param>
    /// <param name="message">The whole message.</param>
    /// <param name="nativeMessage">ONNX Runtime's own words; empty where it was not asked.</param>
    /// <param name="innerException">The cause; null for none.</param>
    public OnnxRuntimeException(OnnxRuntimeErrorCode code, string message, string nativeMessage = "", Exception? innerException = null)
        : base(message, innerException)
    {
        Code = code;
        NativeMessage = nativeMessage;
    }

    /// <summary>ONNX Runtime's code.</summary>
    public OnnxRuntimeErrorCode Code { get; }

    /// <summary>ONNX Runtime's own words; empty where it was not asked.</summary>
    public string NativeMessage { get; }
}
