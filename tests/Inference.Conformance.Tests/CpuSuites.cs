namespace Inference.Conformance.Tests;

public class CpuClaims : ClaimConformance<CpuUnderTest>;

public class CpuValues : ValueConformance<CpuUnderTest>;

public class CpuShapes : ShapeConformance<CpuUnderTest>;

public class CpuErrors : ErrorConformance<CpuUnderTest>;

public class CpuConcurrency : ConcurrencyConformance<CpuUnderTest>;

public class CpuCancellation : CancellationConformance<CpuUnderTest>;

public class CpuDisposal : DisposalConformance<CpuUnderTest>;

public class CpuDeterminism : DeterminismConformance<CpuUnderTest>;
