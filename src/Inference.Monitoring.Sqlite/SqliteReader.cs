using Inference.Feedback;
using Inference.Monitoring.Feedback;
using Microsoft.Data.Sqlite;

namespace Inference.Monitoring.Sqlite;

/// <summary>A connection that reads. Not thread-safe.</summary>
internal sealed class SqliteReader : IDisposable
{
    /// <summary>The columns that <see cref="Prediction"/> reads.</summary>
    public const string PredictionColumns = "p.id, p.at, p.version, p.arm, p.subject, p.rows, p.layout, p.data, p.tenant";

    private const int PredictionWidth = 9;
    private readonly SqliteConnection _connection;
    private readonly LayoutTable _layouts;

    private SqliteReader(SqliteConnection connection)
    {
        _connection = connection;
        _layouts = new LayoutTable(connection);
    }

    /// <summary>Opens a connection; null if nothing was written yet.</summary>
    public static SqliteReader? TryOpen(SqliteFile file)
    {
        if (!File.Exists(file.Path))
        {
            return null;
        }

        SqliteConnection connection = file.Connect();
        try
        {
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = "SELECT count(*) FROM sqlite_master WHERE name = 'reports'";
            if ((long)command.ExecuteScalar()! > 0)
            {
                return new SqliteReader(connection);
            }

            connection.Dispose();
            return null;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>The reports of the next predictions that have some.</summary>
    /// <param name="after">The time and id after which they begin.</param>
    /// <param name="to">The end of their times, exclusive.</param>
    /// <param name="most">The number of predictions.</param>
    public List<JoinedOutcome> Joined((long At, byte[] Id) after, long to, int most)
    {
        using SqliteCommand command = _connection.CreateCommand();
        command.CommandText = $"""
            SELECT {PredictionColumns}, r.number, r.text, r.row, r.name, r.at
            FROM (SELECT * FROM predictions q WHERE (q.at, q.id) > ($at, $id) AND q.at < $to AND EXISTS (SELECT 1 FROM reports s WHERE s.prediction = q.id) ORDER BY q.at, q.id LIMIT $most) p
            JOIN reports r ON r.prediction = p.id
            ORDER BY p.at, p.id, r.row, r.name
            """;
        Bound(command, after, to, most);
        var outcomes = new List<JoinedOutcome>();
        using SqliteDataReader reader = command.ExecuteReader();
        KeptPrediction? prediction = null;
        while (reader.Read())
        {
            var id = new Guid((byte[])reader.GetValue(0), bigEndian: true);
            if (prediction?.Id != id)
            {
                prediction = Prediction(reader, _layouts);
            }

            outcomes.Add(new JoinedOutcome(prediction, reader.GetInt32(PredictionWidth + 2), reader.GetString(PredictionWidth + 3), Value(reader, PredictionWidth), SqliteFile.Time(reader.GetInt64(PredictionWidth + 4))));
        }

        return outcomes;
    }

    /// <summary>The next predictions.</summary>
    /// <param name="after">The time and id after which they begin.</param>
    /// <param name="to">The end of their times, exclusive.</param>
    /// <param name="most">Their number.</param>
    public List<KeptPrediction> Predictions((long At, byte[] Id) after, long to, int most)
    {
        using SqliteCommand command = _connection.CreateCommand();
        command.CommandText = $"SELECT {PredictionColumns} FROM predictions p WHERE (p.at, p.id) > ($at, $id) AND p.at < $to ORDER BY p.at, p.id LIMIT $most";
        Bound(command, after, to, most);
        var predictions = new List<KeptPrediction>();
        using SqliteDataReader reader = command.ExecuteReader();
        while (reader.Read())
        {
            predictions.Add(Prediction(reader, _layouts));
        }

        return predictions;
    }

    /// <summary>The predictions of a span of time, and those with a report.</summary>
    public (long Predictions, long Labelled) Count(long from, long to)
    {
        using SqliteCommand command = _connection.CreateCommand();
        command.CommandText = "SELECT count(*), coalesce(sum(EXISTS (SELECT 1 FROM reports r WHERE r.prediction = p.id)), 0) FROM predictions p WHERE p.at >= $from AND p.at < $to";
        command.Parameters.AddWithValue("$from", from);
        command.Parameters.AddWithValue("$to", to);
        using SqliteDataReader reader = command.ExecuteReader();
        reader.Read();
        return (reader.GetInt64(0), reader.GetInt64(1));
    }

    public void Dispose() => _connection.Dispose();

    /// <summary>The prediction at the reader's row.</summary>
    public static KeptPrediction Prediction(SqliteDataReader reader, LayoutTable layouts)
    {
        var data = (byte[])reader.GetValue(7);
        return new KeptPrediction
        {
            Id = new Guid((byte[])reader.GetValue(0), bigEndian: true),
            At = SqliteFile.Time(reader.GetInt64(1)),
            ModelVersion = reader.GetString(2),
            Arm = RunArm.Parse(reader.IsDBNull(3) ? null : reader.GetString(3)),
            Subject = reader.IsDBNull(4) ? null : reader.GetString(4),
            Rows = reader.GetInt32(5),
            Columns = layouts[reader.GetInt64(6)],
            Values = ValueCodec.Decode(data),
            Sealed = ValueCodec.SealedOf(data),
            Tenant = reader.IsDBNull(8) ? null : reader.GetString(8),
        };
    }

    /// <summary>The value whose number and text are at the reader's columns.</summary>
    public static FeedbackValue Value(SqliteDataReader reader, int column) =>
        reader.IsDBNull(column + 1) ? new FeedbackValue(reader.IsDBNull(column) ? double.NaN : reader.GetDouble(column)) : FeedbackValue.OfStored(reader.GetString(column + 1));

    private static void Bound(SqliteCommand command, (long At, byte[] Id) after, long to, int most)
    {
        command.Parameters.AddWithValue("$at", after.At);
        command.Parameters.AddWithValue("$id", after.Id);
        command.Parameters.AddWithValue("$to", to);
        command.Parameters.AddWithValue("$most", most);
    }
}
