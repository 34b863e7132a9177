using System.Runtime.InteropServices;
using Inference.Data;
using Inference.Evaluation.Metrics;
using Inference.Onnx;
using Inference.Optimization.Evaluation;
using Inference.Optimization.Graphs;
using Inference.Optimization.Quantization;
using Inference.Optimization.Search;
using Inference.Optimization.Tests.Support;

namespace Inference.Optimization.Tests.Search;

/// <summary>Weights in bfloat16 as a mode of quantization and as a candidate of a search.</summary>
public class BFloat16CandidateTests
{
    private static readonly EvaluationOptions Agreement = new() { Metric = MetricCatalog.Parse("agreement") };

    [Fact]
    public async Task QuantizeAsync_BFloat16_StoresRoundedWeightsBehindCasts()
    {
        OnnxModel source = SmallModels.TwoLayers(64, 64, 8);
        QuantizeResult result = await Quantizer.QuantizeAsync(Context(ModelLoader.Default), source, null, new QuantizeOptions { Mode = QuantizationMode.BFloat16 });

        OnnxTensor[] stored = [.. result.Model.Graph.Initializers.Where(t => t.ElementType == OnnxElementType.BFloat16)];
        Assert.Equal(2, stored.Length);
        Assert.Equal(2, result.Model.Graph.Nodes.Count(n => n.OpType == "Cast" && n.GetInt("to") == (long)OnnxElementType.Float32));
        Assert.All(result.Layers, l => Assert.Equal("bfloat16 weights", l.Action));
        Assert.InRange((double)result.Bytes / result.SourceBytes, 0.49, 0.55);
        foreach (OnnxTensor tensor in stored)
        {
            // Each is the bfloat16 nearest to the weight: half of the last of 8 bits away at most.
            float[] rounded = Array.ConvertAll(MemoryMarshal.Cast<byte, ushort>(tensor.GetBytes().Span).ToArray(), static bits => BitConverter.UInt32BitsToSingle((uint)bits << 16));
            float[] weights = Weights.Read(source.Graph.Initializers.Single(t => t.ElementType == OnnxElementType.Float32 && t.Dims.SequenceEqual(tensor.Dims)));
            Assert.All(rounded.Zip(weights), p => Assert.True(Math.Abs(p.First - p.Second) <= Math.Abs(p.Second) / 256));
            Assert.NotEqual(weights, rounded);
        }
    }

    [Fact]
    public async Task OptimizeAsync_Allowed_RunsTheCandidateWithThePrecisionThatTheRecordNames()
    {
        var spy = new Spy(ModelLoader.Default);
        var timed = new TimedLoader(spy, static m => HasBFloat16(m) ? 0.25 : ModelPreparation.IsQuantized(m) ? 0.5 : 1);
        OptimizeResult result = await SearchAsync(timed, allowed: true);

        Assert.Equal("bfloat16", result.Record.Chosen);
        Assert.Contains(result.Record.Notes, n => n.Contains("Precision = AllowBFloat16", StringComparison.Ordinal));
        Assert.Equal(4, result.Record.SourceMicroseconds / result.Record.Microseconds, 1e-6);
        Assert.NotEmpty(spy.Loads);
        Assert.All(spy.Loads, l => Assert.Equal(l.BFloat16, l.Precision == ModelPrecision.AllowBFloat16));
        Assert.Contains(spy.Loads, l => l.BFloat16);
    }

    [Fact]
    public async Task OptimizeAsync_ByDefault_DoesNotTryIt()
    {
        var spy = new Spy(ModelLoader.Default);
        OptimizeResult result = await SearchAsync(new TimedLoader(spy, static m => ModelPreparation.IsQuantized(m) ? 0.5 : 1), allowed: false);

        Assert.DoesNotContain(result.Record.Candidates, c => c.Name == "bfloat16");
        Assert.All(spy.Loads, l => Assert.Equal(ModelPrecision.Float32, l.Precision));
    }

    private static async Task<OptimizeResult> SearchAsync(TimedLoader timed, bool allowed)
    {
        MemoryDataSource rows = SmallModels.Rows(200, 64);
        return await BudgetOptimizer.OptimizeAsync(
            Context(timed, timed.Time), SmallModels.TwoLayers(64, 64, 8), rows, rows, null,
            new OptimizeOptions { Evaluation = Agreement, MaxDrop = 0.5, AllowBFloat16 = allowed });
    }

    private static OptimizationContext Context(IModelLoader loader, TimeProvider? time = null) => new() { Loader = loader, TimeProvider = time ?? TimeProvider.System };

    private static bool HasBFloat16(OnnxModel model) => model.Graph.Initializers.Exists(t => t.ElementType == OnnxElementType.BFloat16);

    private sealed class Spy(IModelLoader inner) : IModelLoader
    {
        public List<(bool BFloat16, ModelPrecision Precision)> Loads { get; } = [];

        public ValueTask<IModelRunner> LoadAsync(ModelSource source, ModelLoadOptions options, CancellationToken cancellationToken = default)
        {
            using OnnxModel model = ModelLoader.ReadModel(source, new ModelLoadOptions());
            lock (Loads)
            {
                Loads.Add((HasBFloat16(model), options.Precision));
            }

            return inner.LoadAsync(source, options, cancellationToken);
        }
    }
}
