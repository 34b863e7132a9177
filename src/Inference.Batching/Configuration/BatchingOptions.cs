using System.ComponentModel.DataAnnotations;

namespace Inference.Batching;

/// <summary>Options of batching. Named by model; a change takes effect with the next batch.</summary>
public sealed class BatchingOptions : IValidatableObject
{
    /// <summary>The maximum number of rows in a batch, 1 to 65,536; the default is 64. A call with more rows runs as a batch of its own.</summary>
    [Range(1, 65_536)]
    public int MaxRows { get; set; } = 64;

    /// <summary>The maximum time that a row waits for further rows while a batch could run, 0 to 1 min; the default is 0.2 ms. The wait is shortened automatically if it yields no further rows, and is skipped if no other calls were in flight shortly before.</summary>
    [DurationRange("00:00:00", "00:01:00")]
    public TimeSpan MaxDelay { get; set; } = TimeSpan.FromMicroseconds(200);

    /// <summary>The maximum number of queued rows, from <see cref="MaxRows"/> to 16,777,216; the default is 4,096. A single call with more rows may still queue alone.
    /// While batching is bypassed (see <see cref="StepAside"/>), up to this many rows run at once without it; further calls queue by priority and are handled as <see cref="QueueFull"/> says.</summary>
    [Range(1, 16_777_216)]
    public int MaxQueuedRows { get; set; } = 4096;

    /// <summary>How a call is handled that finds the queue full; the default is <see cref="QueueFullMode.Shed"/>.</summary>
    public QueueFullMode QueueFull { get; set; } = QueueFullMode.Shed;

    /// <summary>The maximum number of batches in flight, 1 to 256; the default is 1, because one run of the managed engine uses all processors.</summary>
    [Range(1, 256)]
    public int MaxConcurrentBatches { get; set; } = 1;

    /// <summary>The target for the 99th percentile of call durations, 10 µs to 10 min; null, the default, for none: the row limit is then <see cref="MaxRows"/>.
    /// While the target is met, the row limit grows in steps; while it is missed and runs account for most of the time, the limit shrinks by a factor.</summary>
    [DurationRange("00:00:00.0000100", "00:10:00")]
    public TimeSpan? LatencyObjective { get; set; }

    /// <summary>How calls whose rows differ in shape are combined; the default is <see cref="RaggedMode.Separate"/>.</summary>
    public RaggedMode Ragged { get; set; } = RaggedMode.Separate;

    /// <summary>With <see cref="RaggedMode.Pad"/>: the lengths, in ascending order, to which axes of dynamic size are padded; calls that fall into the same bucket are combined. A length above the last bucket is not padded.
    /// Empty, the default: calls of any lengths are combined and padded to the longest.</summary>
    public IList<int> PadTo { get; } = [];

    /// <summary>With <see cref="RaggedMode.Pad"/>: the padding value of each input, by input name; 0 for inputs that are not listed.</summary>
    public IDictionary<string, double> PadValues { get; } = new Dictionary<string, double>(StringComparer.Ordinal);

    /// <summary>The maximum cost of a batch, in the unit of <see cref="Cost"/>, ≥ 1; null, the default, for no limit. A call that exceeds it runs as a batch of its own.</summary>
    public long? MaxCost { get; set; }

    /// <summary>Computes the cost of a call; null, the default: the number of elements of its largest input. Must be fast and thread-safe.</summary>
    public Func<NamedValues, long>? Cost { get; set; }

    /// <summary>Whether a failed batch is run again in halves, so that only the calls that cause the failure fail; the default is true. A batch of n calls that all fail costs 2n − 1 runs.</summary>
    public bool IsolateFaults { get; set; } = true;

    /// <summary>Whether throughput with and without batching is measured periodically under load, and batching is bypassed while it does not pay; the default is true.</summary>
    public bool StepAside { get; set; } = true;

    /// <summary>Whether a call that arrives while nothing is queued or in flight runs immediately on the caller's thread; the default is true. Set it to false if one thread starts many calls before it awaits them.</summary>
    public bool RunInlineWhenIdle { get; set; } = true;

    /// <summary>How a model is handled whose rows are not independent or that has no batch axis; the default is <see cref="NotBatchableMode.Fail"/>.</summary>
    public NotBatchableMode WhenNotBatchable { get; set; } = NotBatchableMode.Fail;

    /// <summary>Validates constraints that involve several options.</summary>
    IEnumerable<ValidationResult> IValidatableObject.Validate(ValidationContext validationContext)
    {
        if (MaxQueuedRows < MaxRows)
        {
            yield return new ValidationResult($"MaxQueuedRows: expected at least MaxRows = {MaxRows}, got {MaxQueuedRows}. Raise it so that a full batch can queue.", [nameof(MaxQueuedRows)]);
        }

        if (MaxCost < 1)
        {
            yield return new ValidationResult($"MaxCost: expected at least 1, got {MaxCost}. Raise it, or set it to null for no limit.", [nameof(MaxCost)]);
        }

        for (int i = 0; i < PadTo.Count; i++)
        {
            if (PadTo[i] < 1 || (i > 0 && PadTo[i] <= PadTo[i - 1]))
            {
                yield return new ValidationResult($"PadTo: expected ascending lengths ≥ 1, got {string.Join(", ", PadTo)}. Sort them and remove duplicates.", [nameof(PadTo)]);
                yield break;
            }
        }
    }
}
