namespace Inference.Monitoring.Feedback;

/// <summary>Reports that wait for the store, in order; of those with one id, row and name, the latest. Not thread-safe.</summary>
internal sealed class HeldReports
{
    // Places that are free at the front are given up once they are as many as those in use, and worth it.
    private const int FewestFreed = 1024;
    private readonly Dictionary<(Guid, int, string), long> _positions = [];
    private readonly List<OpenReport?> _reports = [];

    // The position of the first place, and the number of free places at the front.
    private long _origin;
    private int _first;

    public int Count => _positions.Count;

    /// <summary>The places that are in use or not given up.</summary>
    internal int Places => _reports.Count;

    /// <summary>Adds a report.</summary>
    /// <returns>Whether one more waits: false if it repeats or corrects one that waits already.</returns>
    public bool Add(in OpenReport report)
    {
        (Guid, int, string) key = Key(report.Report);
        if (_positions.TryGetValue(key, out long position))
        {
            int place = (int)(position - _origin);
            TimedReport there = _reports[place]!.Value.Report;
            if (report.Report.Value != there.Value && report.Report.At > there.At)
            {
                _reports[place] = report;
            }

            return false;
        }

        _positions[key] = _origin + _reports.Count;
        _reports.Add(report);
        return true;
    }

    /// <summary>Takes the oldest ones.</summary>
    public List<OpenReport> Take(int most)
    {
        var taken = new List<OpenReport>();
        while (_first < _reports.Count && taken.Count < most)
        {
            if (_reports[_first++] is { } report)
            {
                _positions.Remove(Key(report.Report));
                taken.Add(report);
            }
        }

        if (_first == _reports.Count || (_first >= FewestFreed && _first >= _reports.Count / 2))
        {
            _reports.RemoveRange(0, _first);
            _origin += _first;
            _first = 0;
        }

        return taken;
    }

    /// <summary>Removes the reports of predictions.</summary>
    /// <returns>How many there were.</returns>
    public int Remove(HashSet<Guid> predictions)
    {
        int removed = 0;
        for (int i = _first; i < _reports.Count; i++)
        {
            if (_reports[i] is { } report && predictions.Contains(report.Report.PredictionId))
            {
                _positions.Remove(Key(report.Report));
                _reports[i] = null;
                removed++;
            }
        }

        return removed;
    }

    private static (Guid, int, string) Key(in TimedReport report) => (report.PredictionId, report.Row, report.Name);
}
