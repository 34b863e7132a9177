using System.Globalization;

namespace Inference.Data;

/// <summary>Data could not be used: a file is malformed, a column is missing, or values do not match the model.</summary>
public sealed class DataException : InferenceException
{
    // Characters of a cell in a message, half a line.
    private const int ShownText = 60;

    /// <summary>Creates an exception with a message.</summary>
    public DataException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with a message and the exception that caused it.</summary>
    public DataException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>The file, or the name of the data; null if the error is not about a location in it.</summary>
    public string? SourceName { get; init; }

    /// <summary>The row, from 1; null if the error is not about a single row.</summary>
    public long? Row { get; init; }

    /// <summary>The column; null if the error is not about a single column.</summary>
    public string? Column { get; init; }

    /// <summary>What was expected.</summary>
    public string? Expected { get; init; }

    /// <summary>What was received.</summary>
    public string? Actual { get; init; }

    /// <summary>Creates an exception for a location; row 0 if it is not about one row.</summary>
    internal static DataException At(string source, long row, string? column, string expected, string actual, string advice, Exception? cause = null) =>
        new($"{source}{(row > 0 ? string.Create(CultureInfo.InvariantCulture, $", row {row}") : "")}{(column is null ? "" : $", column '{column}'")}: expected {expected}, got {actual}. {advice}", cause)
        {
            SourceName = source,
            Row = row > 0 ? row : null,
            Column = column,
            Expected = expected,
            Actual = actual,
        };

    /// <summary>Quotes a string and truncates it if it is long.</summary>
    internal static string Quote(ReadOnlySpan<char> text) => text.Length <= ShownText ? $"'{text}'" : string.Create(CultureInfo.InvariantCulture, $"'{text[..ShownText]}…' ({text.Length:N0} characters)");
}
