namespace Inference.Data;

/// <summary>Extension methods for <see cref="IDataSource"/>.</summary>
public static class DataSourceExtensions
{
    /// <summary>Returns the column with the given name.</summary>
    /// <param name="source">The source.</param>
    /// <param name="name">The name.</param>
    /// <exception cref="DataException">The column does not exist; the message lists the existing columns, and explains why a column in the file cannot be read.</exception>
    public static DataColumn GetColumn(this IDataSource source, string name)
    {
        ArgumentNullException.ThrowIfNull(source);
        return source.Columns.FirstOrDefault(c => c.Name == name) ?? throw Missing(source, name);
    }

    /// <summary>Whether a column with the given name exists.</summary>
    /// <param name="source">The source.</param>
    /// <param name="name">The name.</param>
    public static bool HasColumn(this IDataSource source, string name)
    {
        ArgumentNullException.ThrowIfNull(source);
        return source.Columns.Any(c => c.Name == name);
    }

    /// <summary>Returns the first rows of a source.</summary>
    /// <param name="source">The source.</param>
    /// <param name="rows">The maximum number of rows, 1 or more.</param>
    public static IDataSource Take(this IDataSource source, long rows)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        return new Contract.LimitedDataSource(source, rows);
    }

    internal static DataException Missing(IDataSource source, string name) => (source as Contract.IPartlyReadable)?.Unreadable.TryGetValue(name, out string? reason) == true
        ? new($"{source.Name}, column '{name}': {reason}")
        : new($"{source.Name}: expected a column '{name}', got {Names(source.Columns.Select(c => c.Name))}. Add the column, or choose another one.");

    /// <summary>Formats names for a message, limited to the first of them.</summary>
    internal static string Names(IEnumerable<string> names)
    {
        // Names in a message, some lines.
        const int Shown = 40;
        string[] all = [.. names];
        return all.Length == 0 ? "none" : $"{string.Join(", ", all.Take(Shown).Select(n => $"'{n}'"))}{(all.Length > Shown ? $" and {all.Length - Shown} more" : "")}";
    }
}
