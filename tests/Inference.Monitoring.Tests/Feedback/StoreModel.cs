using Inference.Feedback;
using Inference.Security;

namespace Inference.Monitoring.Tests.Feedback;

/// <summary>What a store must do, written as plainly as possible.</summary>
internal sealed class StoreModel
{
    private readonly Dictionary<Guid, KeptPrediction> _predictions = [];
    private readonly Dictionary<(Guid Id, int Row, string Name), TimedReport> _reports = [];

    public int Predictions => _predictions.Count;

    public List<WrittenReport> Write(IReadOnlyList<KeptPrediction> predictions, IReadOnlyList<TimedReport> reports)
    {
        foreach (KeptPrediction prediction in predictions)
        {
            _predictions.TryAdd(prediction.Id, prediction);
        }

        var written = new List<WrittenReport>();
        foreach (TimedReport report in reports)
        {
            (Guid, int, string) key = (report.PredictionId, report.Row, report.Name);
            bool known = _predictions.TryGetValue(report.PredictionId, out KeptPrediction? prediction);
            if (!known)
            {
                written.Add(new(FeedbackAnswer.Unknown));
            }
            else if (report.Row >= prediction!.Rows)
            {
                written.Add(new(FeedbackAnswer.Invalid));
            }
            else if (!_reports.TryGetValue(key, out TimedReport there))
            {
                _reports[key] = report;
                written.Add(new(FeedbackAnswer.Accepted, prediction));
            }
            else if (there.Receipt == report.Receipt)
            {
                written.Add(new(FeedbackAnswer.Accepted, prediction));
            }
            else if (report.At > there.At && report.Value != there.Value)
            {
                _reports[key] = report;
                written.Add(new(FeedbackAnswer.Accepted, prediction, there.Value));
            }
            else
            {
                written.Add(new(FeedbackAnswer.Duplicate));
            }
        }

        return written;
    }

    public List<KeptPrediction> Between(DateTimeOffset from, DateTimeOffset to) =>
        [.. _predictions.Values.Where(p => p.At >= from && p.At < to).OrderBy(p => p.At).ThenBy(p => p.Id.ToString("N"), StringComparer.Ordinal)];

    public List<JoinedOutcome> Joined(DateTimeOffset from, DateTimeOffset to) =>
    [
        .. Between(from, to).SelectMany(p => _reports.Values.Where(r => r.PredictionId == p.Id).OrderBy(r => r.Row).ThenBy(r => r.Name, StringComparer.Ordinal)
            .Select(r => new JoinedOutcome(p, r.Row, r.Name, r.Value, r.At))),
    ];

    public (long, long) Count(DateTimeOffset from, DateTimeOffset to)
    {
        List<KeptPrediction> between = Between(from, to);
        return (between.Count, between.Count(p => _reports.Keys.Any(k => k.Id == p.Id)));
    }

    public (long, long) Erase(DataOwner owner) => Remove([.. _predictions.Values.Where(p => owner.Subject is null ? p.Tenant == owner.Tenant : p.Subject == owner.Subject)]);

    public IEnumerable<KeptPrediction> Find(IEnumerable<Guid> ids) => ids.Distinct().Where(_predictions.ContainsKey).Select(i => _predictions[i]);

    public long Expire(DateTimeOffset before, int most) => Remove([.. Between(DateTimeOffset.MinValue, before).Take(most)]).Item1;

    private (long, long) Remove(List<KeptPrediction> predictions)
    {
        long reports = 0;
        foreach (KeptPrediction prediction in predictions)
        {
            _predictions.Remove(prediction.Id);
            foreach ((Guid, int, string) key in _reports.Keys.Where(k => k.Id == prediction.Id).ToArray())
            {
                _reports.Remove(key);
                reports++;
            }
        }

        return (predictions.Count, reports);
    }
}
