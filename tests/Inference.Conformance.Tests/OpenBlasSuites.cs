namespace Inference.Conformance.Tests;

public class OpenBlasClaims : ClaimConformance<OpenBlasUnderTest>;

public class OpenBlasValues : ValueConformance<OpenBlasUnderTest>;

public class OpenBlasShapes : ShapeConformance<OpenBlasUnderTest>;

public class OpenBlasErrors : ErrorConformance<OpenBlasUnderTest>;

public class OpenBlasConcurrency : ConcurrencyConformance<OpenBlasUnderTest>;

public class OpenBlasCancellation : CancellationConformance<OpenBlasUnderTest>;

public class OpenBlasDisposal : DisposalConformance<OpenBlasUnderTest>;

public class OpenBlasDeterminism : DeterminismConformance<OpenBlasUnderTest>;
