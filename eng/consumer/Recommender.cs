using Inference;

namespace Consumer;

[ModelSignature("recommender.onnx", Inputs = "user: int64[N], film: int64[N]", Outputs = "like: float32[N]")]
internal sealed partial class Recommender;
