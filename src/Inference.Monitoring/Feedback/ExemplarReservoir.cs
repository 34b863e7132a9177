using Inference.Feedback;
using Inference.Security;

namespace Inference.Monitoring.Feedback;

/// <summary>
/// Keeps, for each column that changed, a uniform random sample of the rows in its changed cells (Vitter's algorithm R). Which cells these are is asked of the model's monitor from time to time. Rows are redacted already. Thread-safe.
/// </summary>
internal sealed class ExemplarReservoir
{
    // Cells change with buckets, which take a minute by default.
    private static readonly TimeSpan s_refresh = TimeSpan.FromSeconds(30);

    // As long as the monitor keeps buckets of their own.
    private static readonly TimeSpan s_window = TimeSpan.FromHours(1);
    private readonly Lock _lock = new();
    private readonly ExemplarOptions _options;
    private readonly HashSet<string> _usable;
    private readonly Func<ModelMonitor?> _monitor;
    private readonly TimeProvider _clock;
    private readonly Random _random = new(21);
    private readonly Dictionary<string, (List<Exemplar> Rows, long Seen)> _samples = new(StringComparer.Ordinal);
    private ChangedCells[] _changed = [];
    private long? _refreshedAt;

    public ExemplarReservoir(FeedbackOptions options, Func<ModelMonitor?> monitor, TimeProvider clock)
    {
        _options = options.Exemplars;
        _monitor = monitor;
        _clock = clock;

        // Cells are those of values as they are.
        _usable = [.. options.Columns.Where(static c => c is { Redaction: FeedbackRedaction.None, Classification: null }).Select(static c => c.Name), .. options.Segments, options.Score ?? ""];
        foreach (FeedbackColumnOptions column in options.Columns.Where(static c => c is not { Redaction: FeedbackRedaction.None, Classification: null }))
        {
            _usable.Remove(column.Name);
        }
    }

    /// <summary>The rows, by column.</summary>
    public IReadOnlyList<Exemplar> Rows
    {
        get
        {
            lock (_lock)
            {
                return [.. _samples.OrderBy(static s => s.Key, StringComparer.Ordinal).SelectMany(static s => s.Value.Rows)];
            }
        }
    }

    /// <summary>Looks at a prediction. Called by one thread at a time.</summary>
    public void Look(KeptPrediction prediction)
    {
        if (_refreshedAt is not { } at || _clock.GetElapsedTime(at) >= s_refresh)
        {
            Refresh();
        }

        foreach (ChangedCells column in _changed)
        {
            int place = prediction.Columns.IndexOf(column.Name);
            for (int row = 0; place >= 0 && prediction.Row(row) is { IsEmpty: false } values; row++)
            {
                if (column.Contains(values[place]))
                {
                    Sample(column.Name, prediction, row);
                }
            }
        }
    }

    /// <summary>Removes the rows of a subject or a tenant.</summary>
    /// <param name="owner">The keyed hash of one of them.</param>
    /// <returns>How many there were.</returns>
    public int Erase(DataOwner owner) => Remove(e => e.Prediction.IsOf(owner));

    /// <summary>Removes rows before a time.</summary>
    public void Expire(DateTimeOffset before) => Remove(e => e.Prediction.At < before);

    /// <summary>Asks the monitor again which cells changed.</summary>
    public void Refresh()
    {
        _refreshedAt = _clock.GetTimestamp();
        if (_monitor() is not { Profile: { } profile } monitor)
        {
            return;
        }

        string[] names = [.. monitor.Snapshot.Columns.Where(static c => c.State >= MonitoringState.Warning).Select(static c => c.Name).Where(IsUsable).Take(_options.Columns)];
        DateTimeOffset now = _clock.GetUtcNow();
        MonitoringWindow? window = names.Length == 0 ? null : monitor.Read(now - s_window, now);
        _changed = window is null ? [] : [.. names.Select(profile.FindColumn).OfType<ReferenceColumn>().Select(c => ChangedCells.Of(c, window.Counts(c.Place))).OfType<ChangedCells>()];
    }

    private bool IsUsable(string column) => _usable.Contains(column) || (column.LastIndexOf('[') is > 0 and var open && _usable.Contains(column[..open]));

    private void Sample(string column, KeptPrediction prediction, int row)
    {
        lock (_lock)
        {
            if (!_samples.TryGetValue(column, out (List<Exemplar> Rows, long Seen) sample))
            {
                if (_samples.Count >= _options.Columns)
                {
                    return;
                }

                sample = ([], 0);
            }

            sample.Seen++;
            if (sample.Rows.Count < _options.RowsPerColumn)
            {
                sample.Rows.Add(new Exemplar(column, prediction, row));
            }
            else if (_random.NextInt64(sample.Seen) is var place && place < sample.Rows.Count)
            {
                sample.Rows[(int)place] = new Exemplar(column, prediction, row);
            }

            _samples[column] = sample;
        }
    }

    private int Remove(Predicate<Exemplar> which)
    {
        lock (_lock)
        {
            return _samples.Values.Sum(s => s.Rows.RemoveAll(which));
        }
    }
}
