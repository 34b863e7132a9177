namespace Inference.Monitoring.Feedback;

/// <summary>The times at which predictions were dropped, as at most 64 spans: a report for an unknown prediction made then is answered as dropped. Not thread-safe.</summary>
internal sealed class DroppedSpans
{
    // More outages than one process lives through; beyond, the oldest are joined.
    private const int Most = 64;

    // The id is made when it is first read, which may be before the call.
    private static readonly TimeSpan s_before = TimeSpan.FromSeconds(2);
    private readonly List<(DateTimeOffset From, DateTimeOffset To)> _spans = [];

    public void Add(DateTimeOffset from, DateTimeOffset to)
    {
        from -= s_before;
        if (_spans.Count > 0 && from >= _spans[^1].From && from <= _spans[^1].To)
        {
            _spans[^1] = (_spans[^1].From, to > _spans[^1].To ? to : _spans[^1].To);
            return;
        }

        _spans.Add((from, to));
        if (_spans.Count > Most)
        {
            _spans[0] = (_spans[0].From < _spans[1].From ? _spans[0].From : _spans[1].From, _spans[0].To > _spans[1].To ? _spans[0].To : _spans[1].To);
            _spans.RemoveAt(1);
        }
    }

    public bool Contains(DateTimeOffset time) => _spans.Exists(s => time >= s.From && time <= s.To);
}
