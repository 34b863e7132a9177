namespace Inference.Generators.Tests;

[ModelSignature("ranker.onnx")]
internal sealed partial class Ranker;
