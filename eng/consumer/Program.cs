using Consumer;
using Inference;
using Inference.Batching;
using Inference.Caching;
using Inference.Images;
using Inference.Layers;
using Inference.Onnx;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

if (args is ["rename", var path, var newPath])
{
    RenameInput(path, newPath);
    return;
}

var count = new CallCount();
using IModelRunner runner = ModelRunner.Load(args[0], new ModelLoadOptions { Images = new ManagedImageDecoder() }).AsBuilder().UseCallCount(count).UseCaching().UseBatching().Build();
using var inputs = new NamedValues();
foreach (ModelPort port in runner.Info.Inputs)
{
    TensorValue zeros = TensorValue.Allocate(port.Type.ElementType, port.Shape!.Select(d => d.Size ?? 1).ToArray());
    zeros.AsWritableBytes().Clear();
    inputs.Add(port.Name, zeros);
}

using NamedValues outputs = runner.Run(inputs);
Console.WriteLine($"consumer: {runner.Info.Name}: {string.Join(", ", outputs.Select(o => $"{o.Key} {o.Value}"))}");

using var layer = new Linear([1f, 2f], inputs: 2, outputs: 1);
var sum = new float[1];
layer.Run([3f, 4f], sum, rows: 1);
Require(sum[0] == 11f, "a layer multiplies");

// The class that the build wrote from the model's signature.
using Recommender.Result y = new Recommender(runner).Run(user: [0], film: [0]);
Require(y.Like.Span[0] == outputs["like"].AsSpan<float>()[0], "the typed class gives what named values give");
using Recommender.Result later = await new Recommender(runner).RunAsync(new long[] { 1, 2 }, new long[] { 3, 4 });
Require(later.Like.Span.Length == 2 && count.Calls == 3, "middleware from outside sees each call");

// An operator that the engine does not have, by a provider from outside.
using IModelRunner scaler = new ModelLoader([new ScaleProvider()]).Load(ModelSource.Bytes(ScaleModel()), new ModelLoadOptions { Providers = { "scale" } });
using TensorValue scaled = scaler.Run("x", [1f, -2f, 3f], [3]);
Require(scaled.AsSpan<float>() is [2f, 0f, 6f], "an operator of a provider runs beside those of the engine");
Console.WriteLine($"consumer: typed class, middleware and {scaler.Info.Provider} work");

// Models from configuration, with the stages of all packages: the method is written during the build.
ConfigurationManager configuration = new();
configuration["Models:ranker:Path"] = args[0];
configuration["Models:ranker:Stages:0:Use"] = "Validation";
configuration["Models:ranker:PerVersion:0:Use"] = "Caching";
configuration["Models:ranker:PerVersion:1:Use"] = "Batching";
configuration["Models:ranker:PerVersion:1:MaxRows"] = "32";
new ServiceCollection().AddModels(configuration.GetSection("Models"));
configuration["Models:ranker:PerVersion:1:MaxRow"] = "32";
string? refused = null;
try
{
    new ServiceCollection().AddModels(configuration.GetSection("Models"));
}
catch (ModelConfigurationException exception)
{
    refused = exception.Path;
}

Require(refused == "Models:ranker:PerVersion:1:MaxRow", $"a misspelt key is refused with its path, got '{refused}'");
Console.WriteLine("consumer: models from configuration work");

static void Require(bool holds, string what)
{
    if (!holds)
    {
        throw new InvalidOperationException($"consumer: expected that {what}.");
    }
}

// y = relu(scale(x)): the first is the provider's, the second the engine's.
static byte[] ScaleModel()
{
    var model = new OnnxModel { IrVersion = 8, OperatorSets = { new OnnxOperatorSet("", 17), new OnnxOperatorSet(ScaleProvider.Domain, 1) } };
    model.Graph.Inputs.Add(new OnnxValueInfo("x", OnnxType.Tensor(OnnxElementType.Float32, "n")));
    model.Graph.Outputs.Add(new OnnxValueInfo("y", OnnxType.Tensor(OnnxElementType.Float32, "n")));
    model.Graph.ValueInfos.Add(new OnnxValueInfo("s", OnnxType.Tensor(OnnxElementType.Float32, "n")));
    model.Graph.Nodes.AddRange([new OnnxNode("Scale", ["x"], ["s"], ScaleProvider.Domain) { Attributes = { OnnxAttribute.FromFloat("factor", 2) } }, new OnnxNode("Relu", ["s"], ["y"])]);
    return model.ToArray();
}

// The same model with an input of another name: what a class was built for is gone.
static void RenameInput(string path, string newPath)
{
    using OnnxModel model = OnnxModel.Load(path);
    OnnxValueInfo film = model.Graph.Inputs.Single(i => i.Name == "film");
    film.Name = "item";
    foreach (OnnxNode node in model.Graph.Nodes)
    {
        for (int i = 0; i < node.Inputs.Count; i++)
        {
            node.Inputs[i] = node.Inputs[i] == "film" ? "item" : node.Inputs[i];
        }
    }

    model.Save(newPath);
}
