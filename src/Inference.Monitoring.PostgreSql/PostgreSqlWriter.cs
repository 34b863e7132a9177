using System.Data;
using Inference.Feedback;
using Inference.Monitoring.Feedback;
using Inference.Security;
using Npgsql;

namespace Inference.Monitoring.PostgreSql;

/// <summary>Writes the predictions and reports of a model.</summary>
internal sealed class PostgreSqlWriter(FeedbackTables tables, int model)
{
    private readonly Dictionary<FeedbackColumns, int> _layouts = [];

    public PostgreSqlReader Reader { get; } = new(tables, model);

    /// <summary>Adds predictions and reports in one transaction.</summary>
    public async Task<IReadOnlyList<WrittenReport>> WriteAsync(NpgsqlConnection connection, IReadOnlyList<KeptPrediction> predictions, IReadOnlyList<TimedReport> reports, CancellationToken cancellationToken)
    {
        // Outside of the transaction: they stay even if it is undone.
        foreach (FeedbackColumns columns in predictions.Select(static p => p.Columns).Distinct().Where(c => !_layouts.ContainsKey(c)))
        {
            _layouts[columns] = await LayoutAsync(connection, columns, cancellationToken).ConfigureAwait(false);
        }

        NpgsqlTransaction transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            if (predictions.Count > 0)
            {
                await InsertAsync(connection, predictions, cancellationToken).ConfigureAwait(false);
            }

            IReadOnlyList<WrittenReport> written = reports.Count == 0 ? [] : await ReportAsync(connection, reports, cancellationToken).ConfigureAwait(false);
            await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
            return written;
        }
    }

    /// <summary>The predictions with some ids.</summary>
    public async Task<IReadOnlyList<KeptPrediction>> FindAsync(NpgsqlConnection connection, IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = Command(connection, $"SELECT {PostgreSqlReader.PredictionColumns} FROM {tables.Predictions} p JOIN {tables.Layouts} l ON l.id = p.layout WHERE p.model = $1 AND p.id = ANY ($2)");
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. ids] });
        return [.. (await PredictionsAsync(command, cancellationToken).ConfigureAwait(false)).Values];
    }

    /// <summary>Removes the predictions and reports of a subject or a tenant.</summary>
    public async Task<(long Predictions, long Reports)> EraseAsync(NpgsqlConnection connection, DataOwner owner, CancellationToken cancellationToken)
    {
        string column = owner.Subject is null ? "tenant" : "subject";
        (long predictions, long reports) = await RemoveAsync(connection, $"SELECT id FROM {tables.Predictions} WHERE model = $1 AND {column} = $2 ORDER BY id FOR UPDATE", [new NpgsqlParameter<string> { TypedValue = (owner.Subject ?? owner.Tenant)! }], cancellationToken).ConfigureAwait(false);

        // Even if nothing was there: an erasure that is repeated may have ended between its commit and its vacuum.
        await using NpgsqlCommand vacuum = Command(connection, $"VACUUM {tables.Predictions}, {tables.Reports}");
        await vacuum.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        return (predictions, reports);
    }

    /// <summary>Removes the oldest predictions before a time, and their reports.</summary>
    public async Task<long> ExpireAsync(NpgsqlConnection connection, long before, int most, CancellationToken cancellationToken) =>
        (await RemoveAsync(
            connection,
            $"SELECT id FROM {tables.Predictions} WHERE model = $1 AND at < $2 ORDER BY at, id LIMIT $3 FOR UPDATE",
            [new NpgsqlParameter<long> { TypedValue = before }, new NpgsqlParameter<int> { TypedValue = most }],
            cancellationToken).ConfigureAwait(false)).Predictions;

    private async Task<(long Predictions, long Reports)> RemoveAsync(NpgsqlConnection connection, string which, NpgsqlParameter[] parameters, CancellationToken cancellationToken)
    {
        // Statements of their own: the predictions are locked first, so that the second one sees every report of them that another process has committed meanwhile, and no report follows.
        NpgsqlTransaction transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            Guid[] ids = await IdsAsync(connection, which, parameters, cancellationToken).ConfigureAwait(false);
            if (ids.Length == 0)
            {
                return (0, 0);
            }

            long reports = await DeleteAsync(connection, $"DELETE FROM {tables.Reports} WHERE model = $1 AND prediction = ANY ($2)", ids, cancellationToken).ConfigureAwait(false);
            long predictions = await DeleteAsync(connection, $"DELETE FROM {tables.Predictions} WHERE model = $1 AND id = ANY ($2)", ids, cancellationToken).ConfigureAwait(false);
            await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
            return (predictions, reports);
        }
    }

    private async Task<Guid[]> IdsAsync(NpgsqlConnection connection, string which, NpgsqlParameter[] parameters, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = Command(connection, which);
        command.Parameters.AddRange(parameters);
        var ids = new List<Guid>();
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            ids.Add(reader.GetGuid(0));
        }

        return [.. ids];
    }

    private async Task<long> DeleteAsync(NpgsqlConnection connection, string statement, Guid[] ids, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = Command(connection, statement);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = ids });
        return await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task<int> LayoutAsync(NpgsqlConnection connection, FeedbackColumns columns, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // Names of the tables.
        command.CommandText = $"INSERT INTO {tables.Layouts} (layout) VALUES ($1) ON CONFLICT DO NOTHING";
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = columns.ToString() });
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        command.CommandText = $"SELECT id FROM {tables.Layouts} WHERE layout = $1";
#pragma warning restore CA2100
        return (int)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
    }

    private async Task InsertAsync(NpgsqlConnection connection, IReadOnlyList<KeptPrediction> predictions, CancellationToken cancellationToken)
    {
        // In the order of ids, so that two processes that write the same ones do not wait for each other.
        KeptPrediction[] ordered = [.. predictions.OrderBy(static p => p.Id)];
        await using NpgsqlCommand command = Command(
            connection,
            $"INSERT INTO {tables.Predictions} (model, id, at, version, arm, subject, tenant, rows, layout, data) SELECT $1, * FROM unnest($2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING");
        Add(command, ordered, static p => p.Id);
        Add(command, ordered, static p => PostgreSqlReader.Micros(p.At));
        Add(command, ordered, static p => p.ModelVersion);
        Add(command, ordered, static p => p.Arm?.ToString());
        Add(command, ordered, static p => p.Subject);
        Add(command, ordered, static p => p.Tenant);
        Add(command, ordered, static p => p.Rows);
        Add(command, ordered, p => _layouts[p.Columns]);
        Add(command, ordered, static p => ValueCodec.Encode(p));
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task<WrittenReport[]> ReportAsync(NpgsqlConnection connection, IReadOnlyList<TimedReport> reports, CancellationToken cancellationToken)
    {
        // Predictions are locked in the order of their ids; what is read afterwards is what others committed.
        Guid[] ids = [.. reports.Select(static r => r.PredictionId).Distinct().Order()];
        Dictionary<Guid, KeptPrediction> predictions = await LockAsync(connection, ids, cancellationToken).ConfigureAwait(false);
        Dictionary<(Guid, int, string), TimedReport> there = await ThereAsync(connection, ids, cancellationToken).ConfigureAwait(false);
        var written = new WrittenReport[reports.Count];
        var changed = new Dictionary<(Guid, int, string), TimedReport>();
        for (int i = 0; i < written.Length; i++)
        {
            TimedReport report = reports[i];
            if (!predictions.TryGetValue(report.PredictionId, out KeptPrediction? prediction))
            {
                written[i] = new WrittenReport(FeedbackAnswer.Unknown);
                continue;
            }

            (Guid, int, string) key = (report.PredictionId, report.Row, report.Name);
            written[i] = ReportRule.Decide(report, prediction, there.TryGetValue(key, out TimedReport stands) ? stands : null, out bool writes);
            if (writes)
            {
                there[key] = changed[key] = report;
            }
        }

        if (changed.Count > 0)
        {
            await PutAsync(connection, [.. changed.Values], cancellationToken).ConfigureAwait(false);
        }

        return written;
    }

    private async Task<Dictionary<Guid, KeptPrediction>> LockAsync(NpgsqlConnection connection, Guid[] ids, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = Command(
            connection,
            $"SELECT {PostgreSqlReader.PredictionColumns} FROM {tables.Predictions} p JOIN {tables.Layouts} l ON l.id = p.layout WHERE p.model = $1 AND p.id = ANY ($2) ORDER BY p.id FOR UPDATE OF p");
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = ids });
        return await PredictionsAsync(command, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<Dictionary<Guid, KeptPrediction>> PredictionsAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var predictions = new Dictionary<Guid, KeptPrediction>();
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var layouts = new LayoutCache();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            KeptPrediction prediction = PostgreSqlReader.Prediction(reader, layouts);
            predictions[prediction.Id] = prediction;
        }

        return predictions;
    }

    private async Task<Dictionary<(Guid, int, string), TimedReport>> ThereAsync(NpgsqlConnection connection, Guid[] ids, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = Command(connection, $"""SELECT r.number, r.text, r.prediction, r."row", r.name, r.at, r.receipt FROM {tables.Reports} r WHERE r.model = $1 AND r.prediction = ANY ($2)""");
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = ids });
        var there = new Dictionary<(Guid, int, string), TimedReport>();
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var report = new TimedReport(reader.GetGuid(2), reader.GetInt32(3), reader.GetString(4), PostgreSqlReader.Value(reader, 0), PostgreSqlReader.Time(reader.GetInt64(5)), reader.GetInt64(6));
            there[(report.PredictionId, report.Row, report.Name)] = report;
        }

        return there;
    }

    private async Task PutAsync(NpgsqlConnection connection, TimedReport[] reports, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = Command(
            connection,
            $"""
            INSERT INTO {tables.Reports} (model, prediction, "row", name, number, text, at, receipt) SELECT $1, * FROM unnest($2, $3, $4, $5, $6, $7, $8)
            ON CONFLICT (model, prediction, "row", name) DO UPDATE SET number = excluded.number, text = excluded.text, at = excluded.at, receipt = excluded.receipt
            """);
        Add(command, reports, static r => r.PredictionId);
        Add(command, reports, static r => r.Row);
        Add(command, reports, static r => r.Name);
        Add(command, reports, static r => r.Value.IsNumber ? r.Value.Number : (double?)null);
        Add(command, reports, static r => r.Value.Text);
        Add(command, reports, static r => PostgreSqlReader.Micros(r.At));
        Add(command, reports, static r => r.Receipt);
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private NpgsqlCommand Command(NpgsqlConnection connection, string text)
    {
        NpgsqlCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // Names of the tables.
        command.CommandText = text;
#pragma warning restore CA2100
        if (text.Contains("$1", StringComparison.Ordinal))
        {
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = model });
        }

        return command;
    }

    private static void Add<TItem, T>(NpgsqlCommand command, TItem[] items, Func<TItem, T> value) => command.Parameters.Add(new NpgsqlParameter<T[]> { TypedValue = Array.ConvertAll(items, i => value(i)) });
}
