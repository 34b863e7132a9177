using Inference;
using Inference.Onnx;
using Inference.Optimization;
using Inference.Optimization.Data;
using Inference.Optimization.Factorization;
using Inference.Optimization.Quantization;
using Inference.Optimization.Records;
using OptimizeAndServe.Serving;
using OptimizeAndServe.Training;
using OptimizeAndServe.World;

namespace OptimizeAndServe;

/// <summary>The models of the sample, made from a seed where they are not in the folder yet.</summary>
internal sealed class ModelFiles(string folder, Action<string> log)
{
    private const int Seed = 20;
    private const int TrainingRequests = 40_000;
    private const int DistillationRequests = 60_000;
    private const int CalibrationStream = 5;

    /// <summary>The made-up shop; takes a second to make.</summary>
    public ClickWorld World => field ??= new ClickWorld(Seed);

    public string Ranker => Path.Combine(folder, "ranker.onnx");

    public string FirstStage => Path.Combine(folder, "first-stage.onnx");

    public string Int8 => Path.Combine(folder, "ranker-int8.onnx");

    public string LowRank => Path.Combine(folder, "ranker-low-rank.onnx");

    /// <summary>Trains and optimizes what is missing.</summary>
    public async Task MakeAsync()
    {
        Directory.CreateDirectory(folder);
        if (!File.Exists(Ranker) || !File.Exists(FirstStage))
        {
            Train();
        }

        if (!File.Exists(Int8) || !File.Exists(LowRank))
        {
            await OptimizeAsync().ConfigureAwait(false);
        }
    }

    private void Train()
    {
        RankNetwork ranker = RankTrainer.TrainRanker(World, TrainingRequests, candidates: 40, epochs: 1, log);
        RankNetwork first = RankTrainer.TrainFirstStage(World, ranker, DistillationRequests, candidates: 80, epochs: 1, log);
        using OnnxModel rankerModel = RankExport.ToModel(ranker, "ranker");
        using OnnxModel firstModel = RankExport.ToModel(first, "first-stage");
        firstModel.Save(FirstStage);
        rankerModel.Save(Ranker);
    }

    private async Task OptimizeAsync()
    {
        var users = new ZipfSampler(ClickWorld.Users, 0.8);
        ClickRequest[] requests = [.. Enumerable.Range(0, 200).Select(i => World.Request(CalibrationStream, i, users, 100))];
        using var rows = new RequestInputs(requests);

        #region optimize
        var context = new OptimizationContext { Loader = ModelLoader.Default, BatchRows = 8 };
        var data = new MemoryDataSource(rows.Values, "calibration requests");
        using OnnxModel ranker = OnnxModel.Load(Ranker);

        // 8-bit weights and activations, and one scale for each row of the embedding tables.
        QuantizeResult int8 = await Quantizer.QuantizeAsync(context, ranker, data);
        int8.Model.Save(Int8);

        // First two thin factors for each wide layer, then 8 bits.
        FactorizeResult thin = await Factorizer.FactorizeAsync(context, ranker, data, new FactorizeOptions { TargetMacs = 0.6, MaxLayerError = 0.04 });
        QuantizeResult thinInt8 = await Quantizer.QuantizeAsync(context, thin.Model, data);
        thinInt8.Model.Save(LowRank);
        #endregion

        Log("int8", int8.Layers);
        Log("low rank", thin.Layers);
        log($"low rank: {thin.SourceMacs} -> {thin.Macs} multiply-adds a request");
        log($"int8: {int8.SourceBytes} -> {int8.Bytes} bytes of weights");
    }

    private void Log(string step, IReadOnlyList<LayerDecision> layers)
    {
        foreach (LayerDecision layer in layers)
        {
            log($"{step}: {layer.Name}: {layer.Action} ({layer.Reason})");
        }
    }
}
