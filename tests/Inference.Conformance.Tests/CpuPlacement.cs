namespace Inference.Conformance.Tests;

public class CpuPlacement : PlacementConformance<CpuUnderTest>;
