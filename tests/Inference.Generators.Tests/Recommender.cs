namespace Inference.Generators.Tests;

[ModelSignature("01.Quickstart/recommender.onnx", Inputs = "user: int64[N], film: int64[N]", Outputs = "like: float32")]
internal sealed partial class Recommender;
