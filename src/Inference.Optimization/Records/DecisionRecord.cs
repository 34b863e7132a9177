using System.Runtime.CompilerServices;
using System.Text.Json;
using Inference.Data;
using Inference.Evaluation.Verdicts;
using Inference.Onnx;
using Inference.Optimization.Evaluation;
using Inference.Optimization.Graphs;

namespace Inference.Optimization.Records;

/// <summary>Documents how a model was made. Stored in the model's own metadata.</summary>
public sealed record DecisionRecord
{
    // Kernels that the new model is the first to use start precompiled; the runtime replaces them with faster code after a second or two of runs.
    private static readonly TimeSpan TimingBudget = TimeSpan.FromSeconds(3);

    /// <summary>The key of the model's metadata under which the record is stored.</summary>
    public const string MetadataKey = "inference.decision";

    /// <summary>The version of the format, 1.</summary>
    public int Version { get; init; } = 1;

    /// <summary>The operation: quantize, factorize, prune, distill or optimize.</summary>
    public required string Verb { get; init; }

    /// <summary>The SHA-256 of the source model.</summary>
    public required string SourceSha256 { get; init; }

    /// <summary>The data sets it is based on.</summary>
    public IReadOnlyList<DataRecord> Data { get; init; } = [];

    /// <summary>The seed of every random choice.</summary>
    public int Seed { get; init; }

    /// <summary>The budget as text.</summary>
    public string Budget { get; init; } = "";

    /// <summary>Whether the budget was met.</summary>
    public bool Met { get; init; } = true;

    /// <summary>The verdict on the budget: met, not met, or inconclusive if only more rows could decide; null if there is no budget.</summary>
    public VerdictOutcome? Verdict { get; init; }

    /// <summary>Why the budget was not met; otherwise empty.</summary>
    public string Reason { get; init; } = "";

    /// <summary>The recipe that the model was made by, such as <c>factorize 0.5 + int8</c>; <c>source</c> if the search found nothing better than the source model. Empty unless a search chose it.</summary>
    public string Chosen { get; init; } = "";

    /// <summary>What to know before the model is used, one sentence each: that it is slower or larger than the source, or which layers stay in float. Empty if there is nothing.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>The SHA-256 of what a search was asked: source, rows, metric, labels, slices, budget, backend and seed. Empty unless a search made the model.</summary>
    public string Question { get; init; } = "";

    /// <summary>The decision on each layer, with the reason.</summary>
    public IReadOnlyList<LayerDecision> Layers { get; init; } = [];

    /// <summary>The bytes of the source model's constants.</summary>
    public long SourceBytes { get; init; }

    /// <summary>The bytes of this model's constants.</summary>
    public long Bytes { get; init; }

    /// <summary>The source model's median time of a run, in microseconds; 0 if it was not measured.</summary>
    public double SourceMicroseconds { get; init; }

    /// <summary>This model's median time of a run, in microseconds; 0 if it was not measured.</summary>
    public double Microseconds { get; init; }

    /// <summary>The quality compared with the source; null if it was not measured.</summary>
    public ComparisonResult? Quality { get; init; }

    /// <summary>The evaluation of the student as the first stage of a cascade, on the report rows; null if there is no cascade.</summary>
    public CascadeRecord? Cascade { get; init; }

    /// <summary>The candidates that the search tried.</summary>
    public IReadOnlyList<CandidateRecord> Candidates { get; init; } = [];

    /// <summary>Computes the SHA-256 of a model: of the bytes it was read from, otherwise of its encoding, followed by its external weights in the order in which the model refers to them.</summary>
    /// <param name="model">The model.</param>
    public static string ComputeDigest(OnnxModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return ModelIdentity.Digest(model);
    }

    /// <summary>Reads the record of a model; null if it has none.</summary>
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
            throw new OptimizationException($"Model '{model.Graph.Name}', metadata '{MetadataKey}': expected a decision record, got: {exception.Message} The metadata was edited or truncated; create the model again.", exception);
        }
    }

    /// <summary>Stores the record in a model's metadata, without the individual flips; their number is kept.</summary>
    /// <param name="model">The model.</param>
    public void WriteTo(OnnxModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        model.Metadata[MetadataKey] = (this with { Quality = Quality is null ? null : Quality with { Flips = [] } }).ToJson();
    }

    /// <summary>Serializes the record as JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, RecordJson.Default.DecisionRecord);

    /// <summary>Creates a record of an operation, with the quality and time compared with the source if data is given.</summary>
    /// <param name="context">Provides the loader, the seed and the clock.</param>
    /// <param name="request">The models, and the rows on which they are compared.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    public static async Task<DecisionRecord> CreateAsync(OptimizationContext context, DecisionRecordRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(request);
        (OnnxModel source, OnnxModel model) = (request.Source, request.Model);
        DecisionRecord record = For(request.Verb, source, model, context.Seed, request.Layers, ("calibrate", request.Calibration), ("report", request.Judged));
        if (request.Judged is not { } judged)
        {
            return record with { Notes = [.. record.Notes, .. ResultNotes.Of(source, model, 0, 0)] };
        }

        ComparisonResult quality = await ModelComparer.CompareAsync(context, source, model, judged, request.Evaluation, request.Loader, request.Judge, cancellationToken).ConfigureAwait(false);
        IModelLoader[] loaders = [context.Loader, request.Loader ?? context.Loader];
        double[] times = await LatencyMeter.MeasureAsync(context, [source, model], judged, 1, TimingBudget, cancellationToken, loaders).ConfigureAwait(false);
        record = record with { Quality = quality, SourceMicroseconds = times[0], Microseconds = times[1] };
        return record with { Notes = [.. record.Notes, .. ResultNotes.Of(source, model, times[0], times[1])] };
    }

    /// <summary>Creates a record with the facts of source, data and result.</summary>
    internal static DecisionRecord For(string verb, OnnxModel source, OnnxModel result, int seed, IEnumerable<LayerDecision> layers, params (string Role, IDataSource? Data)[] data) => new()
    {
        Verb = verb,
        SourceSha256 = ComputeDigest(source),
        Seed = seed,
        Layers = [.. layers],
        Notes = ResultNotes.Float([.. layers]),
        SourceBytes = Weights.TotalBytes(source.Graph),
        Bytes = Weights.TotalBytes(result.Graph),
        Data = [.. data.Where(d => d.Data is not null).Select(d => new DataRecord(d.Role, Path.GetFileName(d.Data!.Name), d.Data.Digest))],
    };

    /// <inheritdoc/>
    public bool Equals(DecisionRecord? other) => ReferenceEquals(this, other);

    /// <inheritdoc/>
    public override int GetHashCode() => RuntimeHelpers.GetHashCode(this);
}
