using Inference.Conformance;
using Inference.Conformance.Models;
using Inference.Providers;
using Inference.TestSupport;

namespace Inference.OnnxRuntime.Tests.Conformance;

public sealed class OnnxRuntimeUnderTest : IProviderUnderTest
{
    // ONNX Runtime has no kernel of Identity for 4-bit types.
    public IReadOnlyCollection<string> Models { get; } = [.. ConformanceModels.All.Select(static model => model.Name).Except(["identity_int4", "identity_uint4"])];

    public string? SkipReason => NativeOnnxRuntime.SkipReason;

    public ExecutionProvider Create() => new OnnxRuntimeProvider();
}
