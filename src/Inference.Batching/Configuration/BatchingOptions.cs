using System.ComponentModel.DataAnnotations;

namespace Inference.Batching;

/// <summary>How calls are joined. Named by model; a change is taken up with the next batch.</summary>
public sealed class BatchingOptions : IValidatableObject
{
    /// <summary>Rows in a batch at most, 1 to 65,536; 64 by default. A call with more rows is a batch of its own.</summary>
    [Range(1, 65_536)]
    public int MaxRows { get; set; } = 64;

    /// <summary>The longest that a row waits for company while a batch could run, 0 to 1 min; 0.2 ms by default. It adapts downward by itself where waiting brings no rows, and is never spent where nothing else was in flight shortly before.</summary>
    [DurationRange("00:00:00", "00:01:00")]
    public TimeSpan MaxDelay { get; set; } = TimeSpan.FromMicroseconds(200);

    /// <summary>Rows that may queue, 1 to 16,777,216 and no fewer than <see cref="MaxRows"/>; 4,096 by default. One call with more rows may still queue alone.
    /// While batching is stepped aside, as many rows run at once without it; calls beyond them queue, by priority, and are shed or wait as ever.</summary>
    [Range(1, 16_777_216)]
    public int MaxQueuedRows { get; set; } = 4096;

    /// <summary>What happens to a call that finds the queue full; shed by default.</summary>
    public QueueFullMode QueueFull { get; set; } = QueueFullMode.Shed;

    /// <summary>Batches in flight at most, 1 to 256; 1 by default: one run of the managed engine uses all processors.</summary>
    [Range(1, 256)]
    public int MaxConcurrentBatches { get; set; } = 1;

    /// <summary>The 99th percentile of call durations to keep to, 10 µs to 10 min; null, the default: batches are as large as <see cref="MaxRows"/> allows.
    /// Within it the row limit grows by steps; beyond it the limit shrinks by a factor, as long as runs are what takes the time.</summary>
    [DurationRange("00:00:00.0000100", "00:10:00")]
    public TimeSpan? LatencyObjective { get; set; }

    /// <summary>How calls are joined whose rows differ in shape; separately by default.</summary>
    public RaggedMode Ragged { get; set; } = RaggedMode.Separate;

    /// <summary>With <see cref="RaggedMode.Pad"/>: the lengths, ascending, that axes without a fixed size are padded to; calls of one bucket are joined. A length above the last is not padded.
    /// Empty, the default: calls of any lengths are joined and padded to the longest.</summary>
    public IList<int> PadTo { get; } = [];

    /// <summary>With <see cref="RaggedMode.Pad"/>: the number that fills the gaps of an input, by input name; 0 where none is given.</summary>
    public IDictionary<string, double> PadValues { get; } = new Dictionary<string, double>(StringComparer.Ordinal);

    /// <summary>The cost of a batch at most, in the unit of <see cref="Cost"/>, ≥ 1; null, the default: only rows count. A call above it is a batch of its own.</summary>
    public long? MaxCost { get; set; }

    /// <summary>The cost of a call; null, the default: the elements of its largest input. Must be fast and thread-safe.</summary>
    public Func<NamedValues, long>? Cost { get; set; }

    /// <summary>Whether a batch that failed is run again in halves, so that only the guilty calls fail; true by default. A batch of n calls that all fail costs 2n − 1 runs.</summary>
    public bool IsolateFaults { get; set; } = true;

    /// <summary>Whether throughput with and without batching is measured now and then under load, and batching left out while it does not pay; true by default.</summary>
    public bool StepAside { get; set; } = true;

    /// <summary>Whether a call that finds nothing queued or in flight runs at once on the caller's thread; true by default. Set it to false where one thread starts many calls before it awaits them.</summary>
    public bool RunInlineWhenIdle { get; set; } = true;

    /// <summary>What happens on a model whose rows are not independent or that has no batch axis; fail by default.</summary>
    public NotBatchableMode WhenNotBatchable { get; set; } = NotBatchableMode.Fail;

    /// <summary>Checks what concerns several options at once.</summary>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (MaxQueuedRows < MaxRows)
        {
            yield return new ValidationResult($"MaxQueuedRows: expected at least MaxRows = {MaxRows}, got {MaxQueuedRows}. Raise it, so that a full batch can queue.", [nameof(MaxQueuedRows)]);
        }

        if (MaxCost < 1)
        {
            yield return new ValidationResult($"MaxCost: expected at least 1, got {MaxCost}. Raise it, or set it to null for no limit.", [nameof(MaxCost)]);
        }

        for (int i = 0; i < PadTo.Count; i++)
        {
            if (PadTo[i] < 1 || (i > 0 && PadTo[i] <= PadTo[i - 1]))
            {
                yield return new ValidationResult($"PadTo: expected ascending lengths ≥ 1, got {string.Join(", ", PadTo)}. Sort them and remove doubles.", [nameof(PadTo)]);
                yield break;
            }
        }
    }
}
