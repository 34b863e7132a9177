using Inference.TestSupport;

namespace Inference.OnnxRuntime.Tests.Support;

/// <summary>A fact that needs ONNX Runtime's native library; skipped, with the reason, where it is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OrtFactAttribute : FactAttribute
{
    public OrtFactAttribute()
    {
        if (NativeOnnxRuntime.SkipReason is { } reason)
        {
            Skip = reason;
        }
    }
}
