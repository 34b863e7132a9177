namespace Inference.TestSupport;

/// <summary>A fact that needs Python with the onnx package (Debian: python3-onnx); skipped, with the reason, where it is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PythonOnnxFactAttribute : FactAttribute
{
    /// <summary>Creates the attribute.</summary>
    /// <param name="sharedPath">The file or folder below the shared folder that the test also reads; null for none.</param>
    public PythonOnnxFactAttribute(string? sharedPath = null)
    {
        SharedPath = sharedPath;
        if (PythonOnnx.Interpreter is null)
        {
            Skip = "No python3 with the onnx package was found (Debian: python3-onnx; or name one in INFERENCE_PYTHON).";
        }
        else if (sharedPath is not null && TestData.SkipReason(sharedPath) is { } reason)
        {
            Skip = reason;
        }
    }

    /// <summary>The file or folder below the shared folder that the test also reads; null for none.</summary>
    public string? SharedPath { get; }
}
