using Inference.Monitoring.Windows;
using Inference.Status;

namespace Inference.Monitoring.Stage;

/// <summary>
/// The rows that other processes counted of the same version with the same profile. Each process reports the sum of its buckets since it was asked first; what a report has more than the one before it is added to the evaluation of the
/// next bucket here, once, in whatever order reports come and however often. Thread-safe.
/// </summary>
/// <param name="layout">The columns and cells.</param>
/// <param name="subject">The version and the profile.</param>
/// <param name="began">When this process began: rows that others counted before are not evaluated here.</param>
internal sealed class SharedRows(WindowLayout layout, string subject, DateTimeOffset began)
{
    // Processes that are remembered; those of the last days, if silos are started again every few minutes.
    private const int MostOthers = 1024;

    private readonly Lock _lock = new();
    private readonly string _replica = Guid.NewGuid().ToString("N");
    private readonly OrderedDictionary<string, (long Sequence, MonitoringWindow Sum)> _others = new(StringComparer.Ordinal);
    private DateTimeOffset _since = began;
    private MonitoringWindow? _own;
    private EvidenceReport? _report;
    private long _sequence;
    private MonitoringWindow? _news;

    /// <summary>Adds a bucket of this process.</summary>
    public void Add(MonitoringWindow bucket)
    {
        lock (_lock)
        {
            if (_own is { } own)
            {
                own.Merge(bucket);
                _sequence++;
                _report = null;
            }
        }
    }

    /// <summary>The rows of this process, without those of the current bucket and those before the first report.</summary>
    public EvidenceReport Report()
    {
        lock (_lock)
        {
            _own ??= new MonitoringWindow(layout);
            return _report ??= new EvidenceReport(subject, _replica, _sequence, _own.ToArray());
        }
    }

    /// <summary>Takes the rows of another process.</summary>
    /// <exception cref="MonitoringException">They are damaged.</exception>
    public void Merge(EvidenceReport report)
    {
        if (report.Subject != subject || report.Replica == _replica)
        {
            return;
        }

        lock (_lock)
        {
            bool isKnown = _others.TryGetValue(report.Replica, out (long Sequence, MonitoringWindow Sum) known);
            if (isKnown && known.Sequence >= report.Sequence)
            {
                return;
            }

            MonitoringWindow sum = WindowCodec.Read($"Rows of process {report.Replica}", report.Counts.Span, layout);
            MonitoringWindow? more = isKnown ? sum.Since(known.Sum) : sum.Start >= _since ? sum : null;
            Remember(report.Replica, report.Sequence, sum);
            if (more is not { Calls: > 0 } and not { FailedCalls: > 0 })
            {
                return;
            }

            (_news ??= new MonitoringWindow(layout)).Merge(more);
        }
    }

    /// <summary>What others have counted since the last call; null for nothing.</summary>
    public MonitoringWindow? Take()
    {
        lock (_lock)
        {
            MonitoringWindow? news = _news;
            _news = null;
            return news;
        }
    }

    // At the end: the first one has said nothing for longest. If it says something again, it is not new.
    private void Remember(string replica, long sequence, MonitoringWindow sum)
    {
        _others.Remove(replica);
        if (_others.Count == MostOthers)
        {
            DateTimeOffset end = _others.GetAt(0).Value.Sum.End;
            _since = end > _since ? end : _since;
            _others.RemoveAt(0);
        }

        _others.Add(replica, (sequence, sum));
    }
}
