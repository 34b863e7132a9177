using System.Security.Cryptography;
using System.Text.Json;
using Inference.Data;
using Inference.Evaluation.Verdicts;
using Inference.Onnx;
using Inference.Optimization.Evaluation;
using Inference.Optimization.Graphs;

namespace Inference.Optimization.Records;

/// <summary>How a model came to be: kept in the model's own metadata, so that it travels with it.</summary>
public sealed partial record DecisionRecord
{
    /// <summary>The key of the model's metadata.</summary>
    public const string MetadataKey = "inference.decision";

    /// <summary>Version of this form, 1.</summary>
    public int Version { get; init; } = 1;

    /// <summary>The verb: quantize, factorize, prune, distill or optimize.</summary>
    public required string Verb { get; init; }

    /// <summary>SHA-256 of the source model.</summary>
    public required string SourceSha256 { get; init; }

    /// <summary>The data it rests on.</summary>
    public IReadOnlyList<DataRecord> Data { get; init; } = [];

    /// <summary>The seed of every random choice.</summary>
    public int Seed { get; init; }

    /// <summary>The budget in words.</summary>
    public string Budget { get; init; } = "";

    /// <summary>Whether it was met.</summary>
    public bool Met { get; init; } = true;

    /// <summary>The verdict on the budget: met, not met, or inconclusive where only more rows could tell; null where there is no budget.</summary>
    public VerdictOutcome? Verdict { get; init; }

    /// <summary>Why the budget is not met; empty where it is.</summary>
    public string Reason { get; init; } = "";

    /// <summary>What was done to each layer, and why.</summary>
    public IReadOnlyList<LayerDecision> Layers { get; init; } = [];

    /// <summary>Bytes of the source's constants.</summary>
    public long SourceBytes { get; init; }

    /// <summary>Bytes of this model's constants.</summary>
    public long Bytes { get; init; }

    /// <summary>The source's median time of a run, in microseconds; 0 where it was not measured.</summary>
    public double SourceMicroseconds { get; init; }

    /// <summary>This model's; 0 where it was not measured.</summary>
    public double Microseconds { get; init; }

    /// <summary>Quality against the source; null where it was not measured.</summary>
    public ComparisonResult? Quality { get; init; }

    /// <summary>How the student does as the first stage of a cascade, on the reported rows; null where there is no cascade.</summary>
    public CascadeRecord? Cascade { get; init; }

    /// <summary>What the search tried.</summary>
    public IReadOnlyList<CandidateRecord> Candidates { get; init; } = [];

    /// <summary>SHA-256 of a model: of the file it was loaded from, else of its encoding.</summary>
    /// <param name="model">The model.</param>
    public static string Digest(OnnxModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (model.SourcePath is { } path && File.Exists(path))
        {
            using FileStream stream = File.OpenRead(path);
            return Convert.ToHexStringLower(SHA256.HashData(stream));
        }

        return Convert.ToHexStringLower(SHA256.HashData(model.ToArray()));
    }

    /// <summary>The record of a model; null where it has none.</summary>
    /// <param name="model">The model.</param>
    /// <exception cref="OptimizationException">The record is malformed.</exception>
    public static DecisionRecord? Read(OnnxModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (!model.Metadata.TryGetValue(MetadataKey, out string? json))
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize(json, RecordJson.Default.DecisionRecord);
        }
        catch (JsonException exception)
        {
            throw new OptimizationException($"Model '{model.Graph.Name}', metadata '{MetadataKey}': expected a decision record, got: {exception.Message} It was changed by hand: make the model again.", exception);
        }
    }

    /// <summary>Puts the record into a model's metadata; single flips are left out, their number stays.</summary>
    /// <param name="model">The model.</param>
    public void WriteTo(OnnxModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        model.Metadata[MetadataKey] = (this with { Quality = Quality is null ? null : Quality with { Flips = [] } }).ToJson();
    }

    /// <summary>The record as JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, RecordJson.Default.DecisionRecord);

    /// <summary>A record of what was made, judged against its source where there is data to judge on.</summary>
    /// <param name="context">Loader, seed and clock.</param>
    /// <param name="verb">What was done.</param>
    /// <param name="source">The source model.</param>
    /// <param name="model">The new model.</param>
    /// <param name="layers">What was done to each layer.</param>
    /// <param name="calibration">The rows it was made with; null: none.</param>
    /// <param name="judged">The rows to measure quality and time on; null: neither is measured.</param>
    /// <param name="evaluation">Metric, labels, slices.</param>
    /// <param name="loader">What the new model is run with; null: as the source.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public static async Task<DecisionRecord> CreateAsync(
        OptimizationContext context,
        string verb,
        OnnxModel source,
        OnnxModel model,
        IEnumerable<LayerDecision> layers,
        IDataSource? calibration,
        IDataSource? judged,
        EvaluationOptions evaluation,
        IModelLoader? loader = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        DecisionRecord record = For(verb, source, model, context.Seed, layers, ("calibrate", calibration), ("report", judged));
        if (judged is null)
        {
            return record;
        }

        ComparisonResult quality = await ModelComparer.CompareAsync(context, source, model, judged, evaluation, loader, cancellationToken).ConfigureAwait(false);
        double[] times = await LatencyMeter.MeasureAsync(context, [source, model], judged, 1, TimeSpan.FromMilliseconds(800), cancellationToken, [context.Loader, loader ?? context.Loader]).ConfigureAwait(false);
        return record with { Quality = quality, SourceMicroseconds = times[0], Microseconds = times[1] };
    }

    /// <summary>A record with the facts of source, data and result filled in.</summary>
    internal static DecisionRecord For(string verb, OnnxModel source, OnnxModel result, int seed, IEnumerable<LayerDecision> layers, params (string Role, IDataSource? Data)[] data) => new()
    {
        Verb = verb,
        SourceSha256 = Digest(source),
        Seed = seed,
        Layers = [.. layers],
        SourceBytes = Weights.TotalBytes(source.Graph),
        Bytes = Weights.TotalBytes(result.Graph),
        Data = [.. data.Where(d => d.Data is not null).Select(d => new DataRecord(d.Role, Path.GetFileName(d.Data!.Name), d.Data.Digest))],
    };
}
