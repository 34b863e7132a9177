namespace Inference.Monitoring.Feedback;

/// <summary>Reports that wait for the store, in order; of those with one id, row and name, the latest. Not thread-safe.</summary>
internal sealed class HeldReports
{
    private readonly Dictionary<(Guid, int, string), int> _places = [];
    private readonly List<OpenReport?> _reports = [];
    private int _first;

    public int Count => _places.Count;

    /// <summary>Adds a report.</summary>
    /// <returns>Whether one more waits: false if it repeats or corrects one that waits already.</returns>
    public bool Add(in OpenReport report)
    {
        (Guid, int, string) key = Key(report.Report);
        if (_places.TryGetValue(key, out int place))
        {
            TimedReport there = _reports[place]!.Value.Report;
            if (report.Report.Value != there.Value && report.Report.At > there.At)
            {
                _reports[place] = report;
            }

            return false;
        }

        _places[key] = _reports.Count;
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
                _places.Remove(Key(report.Report));
                taken.Add(report);
            }
        }

        if (_first == _reports.Count)
        {
            _reports.Clear();
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
                _places.Remove(Key(report.Report));
                _reports[i] = null;
                removed++;
            }
        }

        return removed;
    }

    private static (Guid, int, string) Key(in TimedReport report) => (report.PredictionId, report.Row, report.Name);
}
