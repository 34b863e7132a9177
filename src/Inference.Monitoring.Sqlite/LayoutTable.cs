using Microsoft.Data.Sqlite;

namespace Inference.Monitoring.Sqlite;

/// <summary>The lists of columns that predictions have, by number. Not thread-safe.</summary>
internal sealed class LayoutTable(SqliteConnection connection)
{
    private readonly Dictionary<FeedbackColumns, long> _numbers = [];
    private readonly Dictionary<long, FeedbackColumns> _layouts = [];

    /// <summary>The number of a list; it is added if it is not there.</summary>
    public long Of(FeedbackColumns columns)
    {
        if (_numbers.TryGetValue(columns, out long number))
        {
            return number;
        }

        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "INSERT OR IGNORE INTO layouts (layout) VALUES ($layout)";
        command.Parameters.AddWithValue("$layout", columns.ToString());
        command.ExecuteNonQuery();
        command.CommandText = "SELECT id FROM layouts WHERE layout = $layout";
        number = (long)command.ExecuteScalar()!;
        _numbers[columns] = number;
        _layouts.TryAdd(number, columns);
        return number;
    }

    /// <summary>The list with a number.</summary>
    /// <exception cref="FeedbackStoreException">There is none.</exception>
    public FeedbackColumns this[long number]
    {
        get
        {
            if (_layouts.TryGetValue(number, out FeedbackColumns? columns))
            {
                return columns;
            }

            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = "SELECT layout FROM layouts WHERE id = $id";
            command.Parameters.AddWithValue("$id", number);
            try
            {
                return _layouts[number] = command.ExecuteScalar() is string layout ? FeedbackColumns.Parse(layout) : throw new FormatException("It is missing.");
            }
            catch (FormatException exception)
            {
                throw new FeedbackStoreException($"'{connection.DataSource}': the columns with number {number} are damaged: {exception.Message} Restore the file from a backup, or move it away.", exception);
            }
        }
    }

    /// <summary>Forgets what is known, because a transaction was undone.</summary>
    public void Forget()
    {
        _numbers.Clear();
        _layouts.Clear();
    }
}
