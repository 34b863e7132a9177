using Inference.Feedback;
using Inference.Monitoring.Feedback;
using Npgsql;

namespace Inference.Monitoring.PostgreSql;

/// <summary>Reads the predictions and reports of a model. Thread-safe.</summary>
internal sealed class PostgreSqlReader(FeedbackTables tables, int model)
{
    /// <summary>The columns that <see cref="Prediction"/> reads.</summary>
    public const string PredictionColumns = "p.id, p.at, p.version, p.arm, p.subject, p.rows, p.data, l.layout, p.tenant";

    private const int PredictionWidth = 9;

    /// <summary>A time as it is stored: microseconds since 1970.</summary>
    public static long Micros(DateTimeOffset time) => (time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    /// <summary>A stored time.</summary>
    public static DateTimeOffset Time(long micros) => DateTimeOffset.UnixEpoch.AddTicks(micros * TimeSpan.TicksPerMicrosecond);

    /// <summary>The reports of the next predictions that have some.</summary>
    public async Task<List<JoinedOutcome>> JoinedAsync(NpgsqlConnection connection, (long At, Guid Id) after, long to, int most, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = Command(
            connection,
            $"""
            SELECT {PredictionColumns}, r.number, r.text, r."row", r.name, r.at
            FROM (SELECT * FROM {tables.Predictions} q WHERE q.model = $1 AND (q.at, q.id) > ($2, $3) AND q.at < $4
                  AND EXISTS (SELECT 1 FROM {tables.Reports} s WHERE s.model = q.model AND s.prediction = q.id) ORDER BY q.at, q.id LIMIT $5) p
            JOIN {tables.Layouts} l ON l.id = p.layout
            JOIN {tables.Reports} r ON r.model = p.model AND r.prediction = p.id
            ORDER BY p.at, p.id, r."row"
            """,
            after, to, most);
        var outcomes = new List<JoinedOutcome>();
        KeptPrediction? prediction = null;
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var layouts = new LayoutCache();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            if (prediction?.Id != reader.GetGuid(0))
            {
                prediction = Prediction(reader, layouts);
            }

            outcomes.Add(new JoinedOutcome(prediction, reader.GetInt32(PredictionWidth + 2), reader.GetString(PredictionWidth + 3), Value(reader, PredictionWidth), Time(reader.GetInt64(PredictionWidth + 4))));
        }

        return outcomes;
    }

    /// <summary>The next predictions.</summary>
    public async Task<List<KeptPrediction>> PredictionsAsync(NpgsqlConnection connection, (long At, Guid Id) after, long to, int most, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = Command(
            connection,
            $"SELECT {PredictionColumns} FROM {tables.Predictions} p JOIN {tables.Layouts} l ON l.id = p.layout WHERE p.model = $1 AND (p.at, p.id) > ($2, $3) AND p.at < $4 ORDER BY p.at, p.id LIMIT $5",
            after, to, most);
        var predictions = new List<KeptPrediction>();
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var layouts = new LayoutCache();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            predictions.Add(Prediction(reader, layouts));
        }

        return predictions;
    }

    /// <summary>The predictions of a span of time, and those with a report.</summary>
    public async Task<(long Predictions, long Labelled)> CountAsync(NpgsqlConnection connection, long from, long to, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // Names of the tables.
        command.CommandText = $"SELECT count(*), count(*) FILTER (WHERE EXISTS (SELECT 1 FROM {tables.Reports} r WHERE r.model = p.model AND r.prediction = p.id)) FROM {tables.Predictions} p WHERE p.model = $1 AND p.at >= $2 AND p.at < $3";
#pragma warning restore CA2100
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = model });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = from });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = to });
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        return (reader.GetInt64(0), reader.GetInt64(1));
    }

    /// <summary>The prediction at the reader's row.</summary>
    public static KeptPrediction Prediction(NpgsqlDataReader reader, LayoutCache layouts)
    {
        byte[] data = reader.GetFieldValue<byte[]>(6);
        return new KeptPrediction
        {
            Id = reader.GetGuid(0),
            At = Time(reader.GetInt64(1)),
            ModelVersion = reader.GetString(2),
            Arm = RunArm.Parse(reader.IsDBNull(3) ? null : reader.GetString(3)),
            Subject = reader.IsDBNull(4) ? null : reader.GetString(4),
            Tenant = reader.IsDBNull(8) ? null : reader.GetString(8),
            Rows = reader.GetInt32(5),
            Values = ValueCodec.Decode(data),
            Sealed = ValueCodec.SealedOf(data),
            Columns = layouts.Of(reader.GetString(7)),
        };
    }

    /// <summary>The value whose number and text are at the reader's columns.</summary>
    public static FeedbackValue Value(NpgsqlDataReader reader, int column) =>
        reader.IsDBNull(column + 1) ? new FeedbackValue(reader.IsDBNull(column) ? double.NaN : reader.GetDouble(column)) : FeedbackValue.OfStored(reader.GetString(column + 1));

    private NpgsqlCommand Command(NpgsqlConnection connection, string text, (long At, Guid Id) after, long to, int most)
    {
        NpgsqlCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // Names of the tables.
        command.CommandText = text;
#pragma warning restore CA2100
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = model });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = after.At });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = after.Id });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = to });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = most });
        return command;
    }
}
