using Inference.Feedback;
using Inference.Monitoring.Feedback;
using Inference.Security;
using Microsoft.Data.Sqlite;

namespace Inference.Monitoring.Sqlite;

/// <summary>The connection that writes. Not thread-safe.</summary>
internal sealed class SqliteWriter : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly SqliteFile _file;
    private readonly LayoutTable _layouts;
    private readonly SqliteCommand _insert;
    private readonly SqliteCommand _find;
    private readonly SqliteCommand _report;
    private readonly SqliteCommand _put;

    public SqliteWriter(SqliteFile file, string model)
    {
        _file = file;
        _connection = file.Connect();
        try
        {
            SqliteSchema.Ensure(_connection, file.Path, model);
            _layouts = new LayoutTable(_connection);
            _insert = Prepare(
                "INSERT OR IGNORE INTO predictions (id, at, version, arm, subject, rows, layout, data, tenant) VALUES ($id, $at, $version, $arm, $subject, $rows, $layout, $data, $tenant)",
                ("$id", SqliteType.Blob), ("$at", SqliteType.Integer), ("$version", SqliteType.Text), ("$arm", SqliteType.Text), ("$subject", SqliteType.Text), ("$rows", SqliteType.Integer), ("$layout", SqliteType.Integer), ("$data", SqliteType.Blob), ("$tenant", SqliteType.Text));
            _find = Prepare($"SELECT {SqliteReader.PredictionColumns} FROM predictions p WHERE p.id = $id", ("$id", SqliteType.Blob));
            _report = Prepare("SELECT number, text, at, receipt FROM reports WHERE prediction = $id AND row = $row AND name = $name", ("$id", SqliteType.Blob), ("$row", SqliteType.Integer), ("$name", SqliteType.Text));
            _put = Prepare(
                "INSERT OR REPLACE INTO reports (prediction, row, name, number, text, at, receipt) VALUES ($id, $row, $name, $number, $text, $at, $receipt)",
                ("$id", SqliteType.Blob), ("$row", SqliteType.Integer), ("$name", SqliteType.Text), ("$number", SqliteType.Real), ("$text", SqliteType.Text), ("$at", SqliteType.Integer), ("$receipt", SqliteType.Integer));
        }
        catch
        {
            _connection.Dispose();
            throw;
        }
    }

    /// <summary>Adds predictions and reports in one transaction.</summary>
    public WrittenReport[] Write(IReadOnlyList<KeptPrediction> predictions, IReadOnlyList<TimedReport> reports, CancellationToken cancellationToken)
    {
        try
        {
            using SqliteTransaction transaction = Begin();
            foreach (SqliteCommand command in (ReadOnlySpan<SqliteCommand>)[_insert, _find, _report, _put])
            {
                command.Transaction = transaction;
            }

            foreach (KeptPrediction prediction in predictions)
            {
                cancellationToken.ThrowIfCancellationRequested();
                Insert(prediction);
            }

            var written = new WrittenReport[reports.Count];
            for (int i = 0; i < written.Length; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                written[i] = Write(reports[i]);
            }

            transaction.Commit();
            return written;
        }
        catch
        {
            // Layouts of the transaction are not there.
            _layouts.Forget();
            throw;
        }
    }

    /// <summary>The predictions with some ids.</summary>
    public List<KeptPrediction> Find(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken)
    {
        _find.Transaction = null;
        var found = new List<KeptPrediction>(ids.Count);
        foreach (Guid id in ids)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Set(_find, 0, id.ToByteArray(bigEndian: true));
            using SqliteDataReader reader = _find.ExecuteReader();
            if (reader.Read())
            {
                found.Add(SqliteReader.Prediction(reader, _layouts));
            }
        }

        return found;
    }

    /// <summary>Removes the predictions and reports of a subject or a tenant, overwrites them, and empties the log, which holds earlier versions of pages.</summary>
    public (long Predictions, long Reports) Erase(DataOwner owner, CancellationToken cancellationToken)
    {
        long predictions, reports;
        using (SqliteTransaction transaction = Begin())
        {
            using SqliteCommand command = _connection.CreateCommand();
            command.Parameters.AddWithValue("$owner", owner.Subject ?? owner.Tenant);
            command.CommandText = owner.Subject is null
                ? "DELETE FROM reports WHERE prediction IN (SELECT id FROM predictions WHERE tenant = $owner)"
                : "DELETE FROM reports WHERE prediction IN (SELECT id FROM predictions WHERE subject = $owner)";
            reports = command.ExecuteNonQuery();
            command.CommandText = owner.Subject is null ? "DELETE FROM predictions WHERE tenant = $owner" : "DELETE FROM predictions WHERE subject = $owner";
            predictions = command.ExecuteNonQuery();
            transaction.Commit();
        }

        EmptyLog(cancellationToken);
        return (predictions, reports);
    }

    /// <summary>Removes the oldest predictions before a time, and their reports.</summary>
    public long Expire(long before, int most)
    {
        long removed;
        using (SqliteTransaction transaction = Begin())
        {
            using SqliteCommand command = _connection.CreateCommand();
            command.Parameters.AddWithValue("$before", before);
            command.Parameters.AddWithValue("$most", most);
            command.CommandText = "DELETE FROM reports WHERE prediction IN (SELECT id FROM predictions WHERE at < $before ORDER BY at, id LIMIT $most)";
            command.ExecuteNonQuery();
            command.CommandText = "DELETE FROM predictions WHERE id IN (SELECT id FROM predictions WHERE at < $before ORDER BY at, id LIMIT $most)";
            removed = command.ExecuteNonQuery();
            transaction.Commit();
        }

        if (removed > 0)
        {
            // A query with a row for each page: it must be read to its end.
            using SqliteCommand vacuum = _connection.CreateCommand();
            vacuum.CommandText = "PRAGMA incremental_vacuum(1000)";
            using SqliteDataReader pages = vacuum.ExecuteReader();
            while (pages.Read())
            {
            }
        }

        return removed;
    }

    public void Dispose()
    {
        _insert.Dispose();
        _find.Dispose();
        _report.Dispose();
        _put.Dispose();
        _connection.Dispose();
    }

    private SqliteTransaction Begin() => _connection.BeginTransaction(deferred: false);

    private void Insert(KeptPrediction prediction)
    {
        Set(_insert, 0, prediction.Id.ToByteArray(bigEndian: true));
        Set(_insert, 1, SqliteFile.Micros(prediction.At));
        Set(_insert, 2, prediction.ModelVersion);
        Set(_insert, 3, prediction.Arm?.ToString());
        Set(_insert, 4, prediction.Subject);
        Set(_insert, 5, (long)prediction.Rows);
        Set(_insert, 6, _layouts.Of(prediction.Columns));
        Set(_insert, 7, ValueCodec.Encode(prediction));
        Set(_insert, 8, prediction.Tenant);
        _insert.ExecuteNonQuery();
    }

    private WrittenReport Write(in TimedReport report)
    {
        byte[] id = report.PredictionId.ToByteArray(bigEndian: true);
        Set(_find, 0, id);
        KeptPrediction prediction;
        using (SqliteDataReader found = _find.ExecuteReader())
        {
            if (!found.Read())
            {
                return new WrittenReport(FeedbackAnswer.Unknown);
            }

            prediction = SqliteReader.Prediction(found, _layouts);
        }

        TimedReport? there = null;
        Set(_report, 0, id);
        Set(_report, 1, (long)report.Row);
        Set(_report, 2, report.Name);
        using (SqliteDataReader found = _report.ExecuteReader())
        {
            if (found.Read())
            {
                there = report with { Value = SqliteReader.Value(found, 0), At = SqliteFile.Time(found.GetInt64(2)), Receipt = found.GetInt64(3) };
            }
        }

        WrittenReport written = ReportRule.Decide(report, prediction, there, out bool writes);
        if (writes)
        {
            Set(_put, 0, id);
            Set(_put, 1, (long)report.Row);
            Set(_put, 2, report.Name);
            Set(_put, 3, report.Value.IsNumber ? report.Value.Number : null);
            Set(_put, 4, report.Value.Text);
            Set(_put, 5, SqliteFile.Micros(report.At));
            Set(_put, 6, report.Receipt);
            _put.ExecuteNonQuery();
        }

        return written;
    }

    private void EmptyLog(CancellationToken cancellationToken)
    {
        // Readers of other connections keep the log for a moment.
        for (int attempt = 0; attempt < 100; attempt++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using (SqliteCommand command = _connection.CreateCommand())
            {
                command.CommandText = "PRAGMA wal_checkpoint(TRUNCATE)";
                using SqliteDataReader result = command.ExecuteReader();
                if (result.Read() && result.GetInt64(0) == 0)
                {
                    return;
                }
            }

            using var pause = new ManualResetEventSlim();
            pause.Wait(TimeSpan.FromMilliseconds(20));
        }

        throw new FeedbackStoreException($"'{_file.Path}': the rows are erased, but its log, which still has them, is being read. End the reader, or repeat the erasure.");
    }

    private SqliteCommand Prepare(string text, params ReadOnlySpan<(string Name, SqliteType Type)> parameters)
    {
        SqliteCommand command = _connection.CreateCommand();
#pragma warning disable CA2100 // Constant texts of this class.
        command.CommandText = text;
#pragma warning restore CA2100
        foreach ((string name, SqliteType type) in parameters)
        {
            command.Parameters.Add(name, type);
        }

        command.Prepare();
        return command;
    }

    private static void Set(SqliteCommand command, int parameter, object? value) => command.Parameters[parameter].Value = value ?? DBNull.Value;
}
