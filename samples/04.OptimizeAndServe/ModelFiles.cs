using Inference;
using Inference.Data;
using Inference.Onnx;
using Inference.Optimization;
using Inference.Optimization.Quantization;
using Inference.Optimization.Records;
using OptimizeAndServe.Serving;
using OptimizeAndServe.Training;
using OptimizeAndServe.Tuning;
using OptimizeAndServe.World;

namespace OptimizeAndServe;

/// <summary>The models of the sample, created from a seed if they are not in the folder yet, and the selected settings.</summary>
internal sealed class ModelFiles(string folder, SampleSize size, Action<string> log)
{
    /// <summary>The stream that scales, factors and channels are fitted to. See <see cref="RankTrainer"/> for the training stream.</summary>
    public const int FittingStream = 5;

    /// <summary>The stream that settings are selected on.</summary>
    public const int TuningStream = 4;

    /// <summary>The stream that quality is reported on; it is used for nothing else.</summary>
    public const int ReportStream = 3;

    private const int Seed = 20;
    private const int Items = 100;

    // The share of the total budget that a step may use.
    private const double RankShare = 0.4;
    private const double ChannelShare = 0.8;

    /// <summary>The synthetic shop; created in about a second.</summary>
    public ClickWorld World => field ??= new ClickWorld(Seed);

    /// <summary>The selected settings.</summary>
    public Choices Choices => field ??= Choices.Load(ChoicesFile);

    public string Ranker => Path.Combine(folder, "ranker.onnx");

    public string FirstStage => Path.Combine(folder, "first-stage.onnx");

    public string Int8 => Path.Combine(folder, "ranker-int8.onnx");

    public string LowRank => Path.Combine(folder, "ranker-low-rank.onnx");

    /// <summary>The served model: fewer channels, low rank, 8 bits.</summary>
    public string Narrow => Path.Combine(folder, "ranker-narrow.onnx");

    private string ChoicesFile => Path.Combine(folder, "choices.json");

    /// <summary>Trains, optimizes and selects whatever is missing.</summary>
    public async Task MakeAsync()
    {
        Directory.CreateDirectory(folder);
        if (!File.Exists(Ranker))
        {
            RankNetwork ranker = RankTrainer.TrainRanker(World, size.Ranker, size.TrainingRequests, candidates: 40, epochs: 1, log);
            using OnnxModel model = RankExport.ToModel(ranker, "ranker");
            model.Save(Ranker);
        }

        if (!File.Exists(FirstStage))
        {
            using IModelRunner ranker = ModelRunner.Load(Ranker);
            RankNetwork first = RankTrainer.TrainFirstStage(World, ranker, size.FirstStage, size.DistillationRequests, candidates: 80, epochs: 1, log);
            using OnnxModel model = RankExport.ToModel(first, "first-stage");
            model.Save(FirstStage);
        }

        if (!File.Exists(ChoicesFile))
        {
            await OptimizeAsync().ConfigureAwait(false);
        }
    }

    private async Task OptimizeAsync()
    {
        var users = new ZipfSampler(ClickWorld.Users, 0.8);
        ClickRequest[] requests = [.. Enumerable.Range(0, size.FittingRequests).Select(i => World.Request(FittingStream, i, users, Items))];
        using var rows = new RequestInputs(requests);

        #region optimize
        var context = new OptimizationContext { Loader = ModelLoader.Default, BatchRows = 8 };
        var data = new MemoryDataSource(rows.Values, "requests to fit to");
        using OnnxModel ranker = OnnxModel.Load(Ranker);

        // 8-bit weights and activations, and one scale for each row of the embedding tables.
        QuantizeResult int8 = await Quantizer.QuantizeAsync(context, ranker, data);
        int8.Model.Save(Int8);
        #endregion

        foreach (LayerDecision layer in int8.Layers)
        {
            log($"int8: {layer.Name}: {layer.Action} ({layer.Reason})");
        }

        var tuning = new QualityRows(World, TuningStream, size.TuningRequests, Items, size.LeastRows);
        var tuner = new Tuner(context, data, tuning, ranker, log);
        OnnxModel lowRank = await tuner.ChooseRanksAsync(QualityBudget.All.Share(RankShare)).ConfigureAwait(false) ?? int8.Model;
        lowRank.Save(LowRank);
        (await tuner.ChooseChannelsAsync(QualityBudget.All.Share(ChannelShare)).ConfigureAwait(false) ?? lowRank).Save(Narrow);
        (int keep, bool pays) = tuner.ChooseWidth(Narrow, FirstStage, QualityBudget.All);
        new Choices { Requests = size.TuningRequests, Slices = tuning.Slices.Count, Keep = keep, CascadePays = pays, Trials = tuner.Trials }.Save(ChoicesFile);
    }
}
