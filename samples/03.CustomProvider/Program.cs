using CustomProvider;
using Inference;
using Inference.Onnx;
using Inference.Providers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

// y = relu(x · w) · v, created here so that the sample needs no file. MatMul runs on OpenBLAS, Relu on cpu.
var random = new Random(1);
float[] weights = [.. Enumerable.Range(0, 64 * 64).Select(_ => random.NextSingle() - 0.5f)];
var model = new OnnxModel { IrVersion = 8, OperatorSets = { new OnnxOperatorSet("", 17) } };
model.Graph.Inputs.Add(new OnnxValueInfo("x", OnnxType.Tensor(OnnxElementType.Float32, "n", 64)));
model.Graph.Outputs.Add(new OnnxValueInfo("y", OnnxType.Tensor(OnnxElementType.Float32, "n", 64)));
model.Graph.Initializers.Add(OnnxTensor.Create<float>("w", weights, 64, 64));
model.Graph.Nodes.AddRange([new OnnxNode("MatMul", ["x", "w"], ["a"]), new OnnxNode("Relu", ["a"], ["b"]), new OnnxNode("MatMul", ["b", "w"], ["y"])]);

HostApplicationBuilder builder = Host.CreateApplicationBuilder(args);
builder.Services.AddSingleton<ExecutionProvider, OpenBlasProvider>();
builder.Services.AddModel("mlp", options =>
{
    options.Source = ModelSource.Bytes(model.ToArray());
    options.Providers.Add("openblas");
});
using IHost host = builder.Build();
await host.StartAsync();

var runner = host.Services.GetRequiredKeyedService<IModelRunner>("mlp");
var context = new RunContext();
using var inputs = new NamedValues { ["x"] = TensorValue.Copy(weights.AsSpan(0, 128), [2, 64]) };
using NamedValues outputs = runner.Run(inputs, context);
Console.WriteLine($"{outputs["y"]}: {outputs["y"].AsSpan<float>()[0]:F4}, on {context.Record.Placement}");
await host.StopAsync();
