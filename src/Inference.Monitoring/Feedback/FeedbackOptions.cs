using System.ComponentModel.DataAnnotations;
using Inference.Feedback;
using Inference.Monitoring.Alerts;
using Microsoft.Extensions.Options;

namespace Inference.Monitoring;

/// <summary>Options of feedback. Named by model; a change takes effect when the model is loaded again.</summary>
public sealed class FeedbackOptions : IValidatableObject
{
    /// <summary>The share of calls that are kept, chosen by a hash of the prediction id, 0 to 1; the default is 1. Equal on all replicas.</summary>
    [Range(0.0, 1.0)]
    public double Share { get; set; } = 1;

    /// <summary>The columns of inputs and outputs that are kept, at most 256; empty, the default: none but id, time, version, arm and subject.</summary>
    [ValidateEnumeratedItems]
    [MostItems(256)]
    public IList<FeedbackColumnOptions> Columns { get; } = [];

    /// <summary>The output column that is the score, such as <c>probabilities[1]</c>; it is kept as it is. Null, the default, for none.</summary>
    public string? Score { get; set; }

    /// <summary>The columns whose values are segments, at most 16; they are kept, redacted as <see cref="Columns"/> says.</summary>
    [MostItems(16)]
    public IList<string> Segments { get; } = [];

    /// <summary>The rows of a call whose columns are kept, 1 to 1,024; the default is 64. Reports about others are taken all the same.</summary>
    [Range(1, 1024)]
    public int MaxRowsPerCall { get; set; } = 64;

    /// <summary>How long predictions and their reports are kept, 1 minute to 3,650 days; the default is 30 days.</summary>
    [DurationRange("00:01:00", "3650.00:00:00")]
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(30);

    /// <summary>The key of hashes of subjects and of columns with <see cref="FeedbackRedaction.Hash"/>, 16 characters or more; null, the default: subjects are hashed without a key, so that who knows them can recognize them.</summary>
    [StringLength(1024, MinimumLength = 16)]
    public string? HashKey { get; set; }

    /// <summary>Changes values before they are kept, given the column's name; runs after <see cref="FeedbackColumnOptions.Redaction"/>, off the path of calls. Null by default.</summary>
    public Func<string, FeedbackValue, FeedbackValue>? Redact { get; set; }

    /// <summary>The predictions, and the reports, that wait in memory at most while the store does not take them, 1,024 to 16,777,216 each; the default is 65,536.</summary>
    [Range(1024, 1 << 24)]
    public int QueueCapacity { get; set; } = 65_536;

    /// <summary>The memory that waiting predictions take at most, in bytes, about; 1 MiB to 64 GiB. The default is 256 MiB.</summary>
    [Range(1L << 20, 1L << 36)]
    public long MaxQueuedBytes { get; set; } = 1L << 28;

    /// <summary>How long predictions wait for others to be written with, 1 ms to 1 minute; the default is 100 ms. A report does not wait.</summary>
    [DurationRange("00:00:00.001", "00:01:00")]
    public TimeSpan FlushInterval { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How long one write may take before the store counts as unavailable, 10 ms to 5 minutes; the default is 5 s.</summary>
    [DurationRange("00:00:00.010", "00:05:00")]
    public TimeSpan StoreTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest pause between attempts on a store that is unavailable, 10 ms to 1 hour; the first is 100 ms, doubled each time. The default is 10 s.</summary>
    [DurationRange("00:00:00.010", "01:00:00")]
    public TimeSpan MaxBackoff { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Returns the store of a model, or null for that of a registered <see cref="IFeedbackStoreProvider"/>, or else for the memory of this process. Null by default.</summary>
    public Func<ModelInfo, IFeedbackStore?>? Store { get; set; }

    /// <summary>What is computed from labels.</summary>
    [ValidateObjectMembers]
    public FeedbackPerformanceOptions Performance { get; } = new();

    /// <summary>Rows that are kept as examples of a change.</summary>
    [ValidateObjectMembers]
    public ExemplarOptions Exemplars { get; } = new();

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (HashKey is null && Columns.Any(static c => c.Redaction == FeedbackRedaction.Hash))
        {
            yield return new ValidationResult("HashKey: expected a key of 16 characters or more because a column is hashed, got none. Set it, the same on all replicas.", [nameof(HashKey)]);
        }

        if (Columns.FirstOrDefault(static c => c.Classification is not null && c.Redaction != FeedbackRedaction.None) is { } twice)
        {
            yield return new ValidationResult($"Columns: expected a redaction or a classification of '{twice.Name}', got both. Remove one.", [nameof(Columns)]);
        }

        if (Performance.FairnessColumns.FirstOrDefault(c => !Segments.Contains(c)) is { } group)
        {
            yield return new ValidationResult($"Performance.FairnessColumns: expected one of Segments, got '{group}'. Add it to Segments.", [nameof(Performance)]);
        }

        if (Performance.Metrics.Count > 0 && Score is null)
        {
            yield return new ValidationResult("Score: expected the column that metrics are computed from, got none. Name an output.", [nameof(Score)]);
        }

        foreach (string metric in Performance.Metrics)
        {
            string? why = null;
            try
            {
                Evaluation.Metrics.MetricCatalog.Parse(metric);
            }
            catch (Evaluation.EvaluationException exception)
            {
                why = exception.Message;
            }

            if (why is not null)
            {
                yield return new ValidationResult($"Performance.Metrics: {why}", [nameof(Performance)]);
            }
        }
    }
}
