using System.Globalization;

namespace Inference.Monitoring.Alerts;

/// <summary>
/// Decides which snapshots of one model are told: a change against what was told last, that was not told within <see cref="AlertOptions.RepeatAfter"/>, outside of silences; and reminders. What is held back is
/// looked at again with the next snapshot, so that in the end the last state is told. Not thread-safe.
/// </summary>
internal sealed class AlertPolicy
{
    // More keys than a model raises in any time that anybody would read them.
    private const int MaxKeys = 256;

    private readonly Dictionary<string, DateTimeOffset> _toldAt = new(StringComparer.Ordinal);
    private string _last = "";
    private MonitoringState _lastState = MonitoringState.Learning;
    private HashSet<string> _lastColumns = [];
    private DateTimeOffset _lastAt;
    private bool _acknowledged;

    /// <summary>Marks what was told last as seen: there are no more reminders of it.</summary>
    public void Acknowledge() => _acknowledged = true;

    /// <summary>Looks at a snapshot.</summary>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="options">The rules.</param>
    /// <param name="now">The time.</param>
    /// <returns>What to tell; null for nothing.</returns>
    public MonitoringAlert? Next(MonitoringSnapshot snapshot, AlertOptions options, DateTimeOffset now)
    {
        bool alerting = IsAlerting(snapshot.State, options);
        bool wasAlerting = _last.Length > 0;
        if (!alerting && !wasAlerting)
        {
            _lastState = snapshot.State;
            return null;
        }

        HashSet<string> columns = alerting ? [.. AlertText.Names(snapshot)] : [];
        bool same = alerting == wasAlerting && snapshot.State == _lastState && columns.IsSubsetOf(_lastColumns);
        bool remind = same && !_acknowledged && options.RemindAfter is { } interval && now - _lastAt >= interval;
        if ((same && !remind) || options.Silences.Any(s => s.Contains(now)))
        {
            return null;
        }

        string key = alerting ? AlertText.Key(snapshot) : "";
        if (alerting && !remind && _toldAt.TryGetValue(key, out DateTimeOffset told) && Elapsed(key, told, now) < options.RepeatAfter)
        {
            return null;
        }

        MonitoringState previous = _lastState;
        (_last, _lastState, _lastColumns, _lastAt, _acknowledged) = (key, snapshot.State, columns, now, false);
        if (!alerting)
        {
            return options.Recovery ? Alert(snapshot, previous, now, remind: false) : null;
        }

        if (_toldAt.Count >= MaxKeys)
        {
            _toldAt.Remove(_toldAt.MinBy(static t => t.Value).Key);
        }

        _toldAt[key] = now;
        return Alert(snapshot, previous, now, remind);
    }

    private static MonitoringAlert Alert(MonitoringSnapshot snapshot, MonitoringState previous, DateTimeOffset now, bool remind) =>
        new() { Snapshot = snapshot, Previous = previous, At = now, Title = AlertText.Title(snapshot, remind) };

    private static bool IsAlerting(MonitoringState state, AlertOptions options) => state == MonitoringState.Unavailable || state >= options.MinimumState;

    // A clock that went back starts the time anew.
    private TimeSpan Elapsed(string key, DateTimeOffset told, DateTimeOffset now)
    {
        if (told > now)
        {
            _toldAt[key] = now;
            return TimeSpan.Zero;
        }

        return now - told;
    }
}
