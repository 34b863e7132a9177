using Inference.TestSupport;

namespace Inference.Optimization.Tests.Support;

/// <summary>A fact that runs models in ONNX Runtime, and reads shared data where it names some; skipped, with the reason, where either is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OrtFactAttribute : FactAttribute
{
    public OrtFactAttribute(string? sharedPath = null)
    {
        SharedPath = sharedPath;
        Skip = NativeOnnxRuntime.SkipReason ?? (sharedPath is null ? null : TestData.SkipReason(sharedPath));
    }

    public string? SharedPath { get; }
}
