using Inference;
using Inference.Loading;
using Inference.Onnx;
using LayerSample;

// Standalone layers: a two-tower scorer.
var weights = new TwoTowerWeights(users: 1000, items: 5000, width: 32, hidden: 64, rank: 8, seed: 1);
using var scorer = new TwoTowerScorer(weights);
var scores = new float[weights.ItemCount];
scorer.Score(user: 7, scores, new float[scorer.ScratchLength]);
int best = Array.IndexOf(scores, scores.Max());
Console.WriteLine($"user 7: item {best} of {scores.Length} scores {scores[best]:F4}");

// Layers as an execution provider: the user tower as an ONNX model. Gather, Gemm and MatMul run as layers, Relu on cpu.
var model = new OnnxModel { IrVersion = 8, OperatorSets = { new OnnxOperatorSet("", 17) } };
model.Graph.Inputs.Add(new OnnxValueInfo("user", OnnxType.Tensor(OnnxElementType.Int64, "n")));
model.Graph.Outputs.Add(new OnnxValueInfo("vector", OnnxType.Tensor(OnnxElementType.Float32, "n", weights.HiddenWidth)));
model.Graph.Initializers.Add(OnnxTensor.Create<float>("users", weights.Users, weights.UserCount, weights.Width));
model.Graph.Initializers.Add(OnnxTensor.Create<float>("hidden", weights.Hidden, weights.HiddenWidth, weights.Width));
model.Graph.Initializers.Add(OnnxTensor.Create<float>("bias", weights.HiddenBias, weights.HiddenWidth));
model.Graph.Nodes.AddRange(
[
    new OnnxNode("Gather", ["users", "user"], ["row"]),
    new OnnxNode("Gemm", ["row", "hidden", "bias"], ["sum"]).SetAttribute("transB", 1L),
    new OnnxNode("Relu", ["sum"], ["vector"]),
]);

#region load
var loader = new ModelLoader([new LayerProvider()]);
using IModelRunner runner = loader.Load(ModelSource.Bytes(model.ToArray()), new ModelLoadOptions { Providers = { "layers" } });
#endregion
using var inputs = new NamedValues { ["user"] = TensorValue.Copy<long>([7], [1]) };
using NamedValues outputs = runner.Run(inputs);
Console.WriteLine($"{outputs["vector"]}: {outputs["vector"].AsSpan<float>()[0]:F4}, on {runner.Info.Provider}");
