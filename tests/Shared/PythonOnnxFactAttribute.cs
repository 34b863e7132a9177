namespace Inference.TestSupport;

/// <summary>A fact that needs Python with the onnx package (Debian: python3-onnx); skipped, with the reason, where it is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PythonOnnxFactAttribute : FactAttribute
{
    /// <summary>Creates the attribute.</summary>
    public PythonOnnxFactAttribute()
    {
        if (PythonOnnx.Interpreter is null)
        {
            Skip = "No python3 with the onnx package was found (Debian: python3-onnx; or name one in INFERENCE_PYTHON).";
        }
    }
}
