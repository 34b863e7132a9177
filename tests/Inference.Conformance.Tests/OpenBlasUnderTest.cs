using CustomProvider;
using Inference.Providers;

namespace Inference.Conformance.Tests;

public sealed class OpenBlasUnderTest : IProviderUnderTest
{
    public IReadOnlyCollection<string> Models { get; } = ["matmul", "gemm", "matmul_chain"];

    public string? SkipReason => OpenBlas.IsAvailable ? null : "OpenBLAS is missing: run eng/setup.sh.";

    public ExecutionProvider Create() => new OpenBlasProvider();
}
