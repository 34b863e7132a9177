using System.Globalization;

namespace Inference.Data;

/// <summary>Data could not be used: a file is malformed, a column is missing, or the values do not fit the model.</summary>
public sealed class DataException : InferenceException
{
    // Characters of a cell in a message, half a line.
    private const int ShownText = 60;

    /// <summary>Makes an error with a message.</summary>
    public DataException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an error with a message and its cause.</summary>
    public DataException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>The file, or what the data is called; null where the error is not about a place in it.</summary>
    public string? SourceName { get; private init; }

    /// <summary>The row, from 1; null where the error is about all of them.</summary>
    public long? Row { get; private init; }

    /// <summary>The column; null where the error is about all of them.</summary>
    public string? Column { get; private init; }

    /// <summary>What was expected there.</summary>
    public string? Expected { get; private init; }

    /// <summary>What came.</summary>
    public string? Actual { get; private init; }

    /// <summary>An error at a place; row 0 where it is not about one row.</summary>
    internal static DataException At(string source, long row, string? column, string expected, string actual, string advice, Exception? cause = null) =>
        new($"{source}{(row > 0 ? string.Create(CultureInfo.InvariantCulture, $", row {row}") : "")}{(column is null ? "" : $", column '{column}'")}: expected {expected}, got {actual}. {advice}", cause)
        {
            SourceName = source,
            Row = row > 0 ? row : null,
            Column = column,
            Expected = expected,
            Actual = actual,
        };

    /// <summary>A text in quotes, cut where it is long.</summary>
    internal static string Quote(ReadOnlySpan<char> text) => text.Length <= ShownText ? $"'{text}'" : string.Create(CultureInfo.InvariantCulture, $"'{text[..ShownText]}…' ({text.Length:N0} characters)");
}
