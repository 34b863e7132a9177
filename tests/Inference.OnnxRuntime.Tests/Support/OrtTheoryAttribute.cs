using Inference.TestSupport;

namespace Inference.OnnxRuntime.Tests.Support;

/// <summary>A theory that needs ONNX Runtime's native library, and may need shared test data; skipped, with the reason, where one is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OrtTheoryAttribute : TheoryAttribute
{
    public OrtTheoryAttribute(string? sharedPath = null)
    {
        string? reason = NativeOnnxRuntime.SkipReason ?? (sharedPath is null ? null : TestData.SkipReason(sharedPath));
        if (reason is not null)
        {
            Skip = reason;
        }
    }
}
