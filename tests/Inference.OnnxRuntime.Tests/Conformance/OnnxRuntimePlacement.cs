using Inference.Conformance;

namespace Inference.OnnxRuntime.Tests.Conformance;

public class OnnxRuntimePlacement : PlacementConformance<OnnxRuntimeUnderTest>;
