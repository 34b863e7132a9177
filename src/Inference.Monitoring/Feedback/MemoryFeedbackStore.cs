using System.Runtime.CompilerServices;
using Inference.Feedback;
using Inference.Monitoring.Feedback;
using Inference.Security;

namespace Inference.Monitoring;

/// <summary>Keeps predictions and reports in the memory of this process, the latest ones. Thread-safe.</summary>
public sealed class MemoryFeedbackStore : IFeedbackStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, Entry> _entries = [];
    private readonly Queue<Entry> _order = new();
    private readonly int _capacity;
    private readonly long _maxBytes;
    private long _bytes;

    /// <summary>Initializes an empty store.</summary>
    /// <param name="capacity">The number of predictions; the oldest ones make room. The default is 262,144.</param>
    /// <param name="maxBytes">The memory of predictions, in bytes, about; the oldest ones make room. The default is 256 MiB.</param>
    public MemoryFeedbackStore(int capacity = 262_144, long maxBytes = 1L << 28)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxBytes, 1);
        _capacity = capacity;
        _maxBytes = maxBytes;
    }

    /// <inheritdoc/>
    public bool IsShared => false;

    /// <inheritdoc/>
    public ValueTask OpenAsync(CancellationToken cancellationToken = default) => default;

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<WrittenReport>> WriteAsync(IReadOnlyList<KeptPrediction> predictions, IReadOnlyList<TimedReport> reports, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(predictions);
        ArgumentNullException.ThrowIfNull(reports);
        var written = new WrittenReport[reports.Count];
        lock (_lock)
        {
            foreach (KeptPrediction prediction in predictions)
            {
                var entry = new Entry(prediction);
                if (_entries.TryAdd(prediction.Id, entry))
                {
                    _order.Enqueue(entry);
                    _bytes += prediction.EstimateBytes();
                }
            }

            for (int i = 0; i < written.Length; i++)
            {
                written[i] = Write(reports[i]);
            }

            while ((_entries.Count > _capacity || _bytes > _maxBytes) && _order.TryDequeue(out Entry? oldest))
            {
                Remove(oldest);
            }
        }

        return new ValueTask<IReadOnlyList<WrittenReport>>(written);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<JoinedOutcome> ReadJoinedAsync(DateTimeOffset from, DateTimeOffset to, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        JoinedOutcome[] outcomes;
        lock (_lock)
        {
            outcomes = [.. Between(from, to).SelectMany(static e => e.Joined())];
        }

        foreach (JoinedOutcome outcome in outcomes)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return outcome;
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<KeptPrediction> ReadPredictionsAsync(DateTimeOffset from, DateTimeOffset to, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        KeptPrediction[] predictions;
        lock (_lock)
        {
            predictions = [.. Between(from, to).Select(static e => e.Prediction)];
        }

        foreach (KeptPrediction prediction in predictions)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return prediction;
        }
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<(long Predictions, long Labelled)>> CountAsync(IReadOnlyList<DateTimeOffset> edges, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(edges);
        var counts = new (long Predictions, long Labelled)[Math.Max(edges.Count - 1, 0)];
        lock (_lock)
        {
            foreach (Entry entry in _entries.Values)
            {
                for (int i = 0; i < counts.Length; i++)
                {
                    if (entry.Prediction.At >= edges[i] && entry.Prediction.At < edges[i + 1])
                    {
                        counts[i].Predictions++;
                        counts[i].Labelled += entry.Reports.Count > 0 ? 1 : 0;
                    }
                }
            }
        }

        return new ValueTask<IReadOnlyList<(long, long)>>(counts);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<KeptPrediction>> FindAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(ids);
        lock (_lock)
        {
            return new ValueTask<IReadOnlyList<KeptPrediction>>([.. ids.Select(i => _entries.GetValueOrDefault(i)?.Prediction).OfType<KeptPrediction>()]);
        }
    }

    /// <inheritdoc/>
    public ValueTask<(long Predictions, long Reports)> EraseAsync(DataOwner owner, CancellationToken cancellationToken = default)
    {
        lock (_lock)
        {
            return new ValueTask<(long, long)>(Remove([.. _entries.Values.Where(e => e.Prediction.IsOf(owner))]));
        }
    }

    /// <inheritdoc/>
    public ValueTask<long> ExpireAsync(DateTimeOffset before, int most, CancellationToken cancellationToken = default)
    {
        lock (_lock)
        {
            return new ValueTask<long>(Remove([.. Between(DateTimeOffset.MinValue, before).Take(most)]).Predictions);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => default;

    private WrittenReport Write(in TimedReport report)
    {
        if (!_entries.TryGetValue(report.PredictionId, out Entry? entry))
        {
            return new WrittenReport(FeedbackAnswer.Unknown);
        }

        int place = entry.Find(report.Row, report.Name);
        WrittenReport written = ReportRule.Decide(report, entry.Prediction, place < 0 ? null : entry.Reports[place], out bool writes);
        if (writes && place < 0)
        {
            entry.Reports.Add(report);
        }
        else if (writes)
        {
            entry.Reports[place] = report;
        }

        return written;
    }

    // Ids are compared by their bytes in the order of their text.
    private IEnumerable<Entry> Between(DateTimeOffset from, DateTimeOffset to) =>
        _entries.Values.Where(e => e.Prediction.At >= from && e.Prediction.At < to).OrderBy(static e => e.Prediction.At).ThenBy(static e => e.Prediction.Id.ToString("N"), StringComparer.Ordinal);

    private (long Predictions, long Reports) Remove(List<Entry> entries)
    {
        long reports = 0;
        foreach (Entry entry in entries)
        {
            reports += entry.Reports.Count;
            Remove(entry);
        }

        if (entries.Count > 0)
        {
            Entry[] left = [.. _order.Where(static e => !e.IsRemoved)];
            _order.Clear();
            foreach (Entry entry in left)
            {
                _order.Enqueue(entry);
            }
        }

        return (entries.Count, reports);
    }

    private void Remove(Entry entry)
    {
        entry.IsRemoved = true;
        _bytes -= entry.Prediction.EstimateBytes();
        _entries.Remove(entry.Prediction.Id);
    }

    private sealed class Entry(KeptPrediction prediction)
    {
        public KeptPrediction Prediction => prediction;

        public List<TimedReport> Reports { get; } = new(1);

        public bool IsRemoved { get; set; }

        public int Find(int row, string name) => Reports.FindIndex(r => r.Row == row && r.Name == name);

        public IEnumerable<JoinedOutcome> Joined() =>
            Reports.OrderBy(static r => r.Row).Select(r => new JoinedOutcome(prediction, r.Row, r.Name, r.Value, r.At));
    }
}
