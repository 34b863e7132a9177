namespace Inference.Conformance.Tests;

public class LayersPlacement : PlacementConformance<LayersUnderTest>;
