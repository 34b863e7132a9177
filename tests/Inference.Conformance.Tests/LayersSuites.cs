namespace Inference.Conformance.Tests;

public class LayersClaims : ClaimConformance<LayersUnderTest>;

public class LayersValues : ValueConformance<LayersUnderTest>;

public class LayersShapes : ShapeConformance<LayersUnderTest>;

public class LayersErrors : ErrorConformance<LayersUnderTest>;

public class LayersConcurrency : ConcurrencyConformance<LayersUnderTest>;

public class LayersCancellation : CancellationConformance<LayersUnderTest>;

public class LayersDisposal : DisposalConformance<LayersUnderTest>;

public class LayersDeterminism : DeterminismConformance<LayersUnderTest>;
