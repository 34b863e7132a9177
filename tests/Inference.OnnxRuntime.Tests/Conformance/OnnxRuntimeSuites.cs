using Inference.Conformance;

namespace Inference.OnnxRuntime.Tests.Conformance;

public class OnnxRuntimeClaims : ClaimConformance<OnnxRuntimeUnderTest>;

public class OnnxRuntimeValues : ValueConformance<OnnxRuntimeUnderTest>;

public class OnnxRuntimeShapes : ShapeConformance<OnnxRuntimeUnderTest>;

public class OnnxRuntimeErrors : ErrorConformance<OnnxRuntimeUnderTest>;

public class OnnxRuntimeConcurrency : ConcurrencyConformance<OnnxRuntimeUnderTest>;

public class OnnxRuntimeCancellation : CancellationConformance<OnnxRuntimeUnderTest>;

public class OnnxRuntimeDisposal : DisposalConformance<OnnxRuntimeUnderTest>;

public class OnnxRuntimeDeterminism : DeterminismConformance<OnnxRuntimeUnderTest>;

public class ConformanceIsDerived
{
    [Fact]
    public void Suites_ThisAssembly_AllDerived() => ConformanceCoverage.RequireAll(typeof(OnnxRuntimeUnderTest).Assembly);
}
