namespace Inference.TestSupport;

/// <summary>A theory that needs Python with the onnx package (Debian: python3-onnx); skipped, with the reason, where it is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PythonOnnxTheoryAttribute : TheoryAttribute
{
    /// <summary>Creates the attribute.</summary>
    public PythonOnnxTheoryAttribute() => Skip = new PythonOnnxFactAttribute().Skip;
}
