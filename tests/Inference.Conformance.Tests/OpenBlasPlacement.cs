namespace Inference.Conformance.Tests;

public class OpenBlasPlacement : PlacementConformance<OpenBlasUnderTest>;
