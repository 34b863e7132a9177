using Inference.Providers;
using LayerSample;

namespace Inference.Conformance.Tests;

public sealed class LayersUnderTest : IProviderUnderTest
{
    public IReadOnlyCollection<string> Models { get; } = ["matmul", "gemm", "matmul_chain"];

    public ExecutionProvider Create() => new LayerProvider();
}
