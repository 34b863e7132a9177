using Inference.Feedback;

namespace Inference.Monitoring.Retraining;

/// <summary>Labelled rows in columns: what was kept of the predictions, their versions and times, and every outcome that was reported for them. The latest are kept. Not thread-safe.</summary>
/// <param name="label">The name of the reports that are labels: rows without one are left out.</param>
/// <param name="most">The rows that are kept at most.</param>
internal sealed class LabelledRows(string label, int most)
{
    private readonly Queue<Row> _rows = [];
    private Row? _open;

    /// <summary>Labelled rows that are kept.</summary>
    public int Count => _rows.Count;

    /// <summary>The times of the first and last of them.</summary>
    public (DateTimeOffset From, DateTimeOffset To)? Span => _rows.Count == 0 ? null : (_rows.Peek().Prediction.At, _rows.Last().Prediction.At);

    /// <summary>Rows by version.</summary>
    public IReadOnlyDictionary<string, long> Versions => _rows.GroupBy(static r => r.Prediction.ModelVersion, StringComparer.Ordinal).ToDictionary(static g => g.Key, static g => g.LongCount(), StringComparer.Ordinal);

    /// <summary>The subjects and tenants of the rows.</summary>
    public IReadOnlyCollection<string> Owners => _rows.SelectMany(static r => new[] { r.Prediction.Subject, r.Prediction.Tenant is { } tenant ? OwnerOfTenant(tenant) : null }).OfType<string>().ToHashSet(StringComparer.Ordinal);

    /// <summary>A tenant among <see cref="Owners"/>.</summary>
    public static string OwnerOfTenant(string hash) => "tenant " + hash;

    /// <summary>Adds a report. Those of one row come one after another.</summary>
    public void Add(in JoinedOutcome outcome)
    {
        if (_open is null || _open.Prediction.Id != outcome.PredictionId || _open.Index != outcome.Row)
        {
            Close();
            _open = new Row(outcome.Prediction, outcome.Row, []);
        }

        _open.Outcomes[outcome.Name] = outcome.Value;
    }

    /// <summary>Ends the last row.</summary>
    public void Close()
    {
        if (_open is { } row && row.Outcomes.ContainsKey(label))
        {
            _rows.Enqueue(row);
            if (_rows.Count > most)
            {
                _rows.Dequeue();
            }
        }

        _open = null;
    }

    /// <summary>Writes them as arrays of as many rows: <c>prediction_id</c>, <c>row</c>, <c>predicted_at</c> (microseconds since 1970), <c>version</c>, the outcomes by name, the kept columns; columns <c>x[0]</c>, <c>x[1]</c>, … are one array
    /// <c>x</c>. Numbers are double precision, columns single; missing ones NaN, missing texts empty.</summary>
    public void Write(Stream stream)
    {
        Row[] rows = [.. _rows];
        using var archive = new NpzWriter(stream);
        foreach (string name in rows.SelectMany(static r => r.Outcomes.Keys).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            Write(archive, name, [.. rows.Select(r => r.Outcomes.TryGetValue(name, out FeedbackValue value) ? value : double.NaN)], single: false);
        }

        archive.Write("prediction_id", [.. rows.Select(static r => r.Prediction.Id.ToString("D"))]);
        archive.Write("row", (long[])[.. rows.Select(static r => (long)r.Index)]);
        archive.Write("predicted_at", (long[])[.. rows.Select(static r => (r.Prediction.At.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / TimeSpan.TicksPerMicrosecond)]);
        archive.Write("version", [.. rows.Select(static r => r.Prediction.ModelVersion)]);
        string[] columns = [.. rows.Select(static r => r.Prediction.Columns).Distinct().SelectMany(static c => c.Names).Distinct(StringComparer.Ordinal)];
        foreach (string[] group in Groups(columns))
        {
            WriteColumns(archive, group, rows);
        }
    }

    private static void WriteColumns(NpzWriter archive, string[] group, Row[] rows)
    {
        if (group.Length == 1 && !group[0].EndsWith("[0]", StringComparison.Ordinal))
        {
            Write(archive, group[0], [.. rows.Select(r => r.ValueOf(group[0]))], single: true);
            return;
        }

        // They may be more than one array holds.
        if (Array.TrueForAll(rows, r => Array.TrueForAll(group, column => r.ValueOf(column).IsNumber)))
        {
            archive.Write(group[0][..^"[0]".Length], rows.Length, group.Length, (i, row) =>
            {
                for (int j = 0; j < group.Length; j++)
                {
                    row[j] = (float)rows[i].ValueOf(group[j]).Number;
                }
            });
            return;
        }

        foreach (string column in group)
        {
            Write(archive, column, [.. rows.Select(r => r.ValueOf(column))], single: true);
        }
    }

    private static void Write(NpzWriter archive, string name, FeedbackValue[] values, bool single)
    {
        if (!Array.TrueForAll(values, static v => v.IsNumber))
        {
            archive.Write(name, [.. values.Select(static v => v.IsNumber && double.IsNaN(v.Number) ? "" : v.ToString())]);
        }
        else if (single)
        {
            archive.Write(name, (float[])[.. values.Select(static v => (float)v.Number)]);
        }
        else
        {
            archive.Write(name, (double[])[.. values.Select(static v => v.Number)]);
        }
    }

    // x[0], x[1], … without a gap are one array; every other column is by itself.
    private static IEnumerable<string[]> Groups(string[] columns)
    {
        var left = new List<string>(columns);
        foreach (string first in columns.Where(static c => c.EndsWith("[0]", StringComparison.Ordinal)))
        {
            string stem = first[..^"[0]".Length];
            string[] group = [.. Enumerable.Range(0, columns.Length).Select(i => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{stem}[{i}]")).TakeWhile(left.Contains)];
            left.RemoveAll(group.Contains);
            yield return group;
        }

        foreach (string column in left)
        {
            yield return [column];
        }
    }

    private sealed record Row(KeptPrediction Prediction, int Index, Dictionary<string, FeedbackValue> Outcomes)
    {
        public FeedbackValue ValueOf(string column) => Prediction.Columns.IndexOf(column) is >= 0 and var place && Index < Prediction.Values.Length / Math.Max(Prediction.Columns.Names.Count, 1) ? Prediction.Row(Index)[place] : double.NaN;
    }
}
