namespace Inference.OnnxRuntime;

/// <summary>Error codes of ONNX Runtime's C API (<c>OrtErrorCode</c>).</summary>
public enum OnnxRuntimeErrorCode
{
    /// <summary>No error.</summary>
    Ok = 0,
    /// <summary>An unspecified error.</summary>
    Fail = 1,
    /// <summary>An argument is not valid.</summary>
    InvalidArgument = 2,
    /// <summary>A file does not exist, or the native library was not found.</summary>
    NoSuchFile = 3,
    /// <summary>No model is loaded.</summary>
    NoModel = 4,
    /// <summary>The engine failed.</summary>
    EngineError = 5,
    /// <summary>An exception inside the library.</summary>
    RuntimeException = 6,
    /// <summary>The bytes are not a protobuf message.</summary>
    InvalidProtobuf = 7,
    /// <summary>The model is already loaded.</summary>
    ModelLoaded = 8,
    /// <summary>The library has no kernel or function for the request.</summary>
    NotImplemented = 9,
    /// <summary>The model violates the ONNX specification.</summary>
    InvalidGraph = 10,
    /// <summary>An execution provider failed.</summary>
    ExecutionProviderFail = 11,
    /// <summary>Loading the model was cancelled.</summary>
    ModelLoadCanceled = 12,
    /// <summary>The model must be compiled first.</summary>
    ModelRequiresCompilation = 13,
    /// <summary>Something was not found.</summary>
    NotFound = 14,
}
