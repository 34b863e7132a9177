namespace Inference.Data;

/// <summary>What every data source can do.</summary>
public static class DataSourceExtensions
{
    /// <summary>The column of that name.</summary>
    /// <param name="source">The source.</param>
    /// <param name="name">The name.</param>
    /// <exception cref="DataException">There is none; the error lists those there are, and says why one that the file holds cannot be read.</exception>
    public static DataColumn Column(this IDataSource source, string name)
    {
        ArgumentNullException.ThrowIfNull(source);
        return source.Columns.FirstOrDefault(c => c.Name == name) ?? throw Missing(source, name);
    }

    /// <summary>Whether there is a column of that name.</summary>
    /// <param name="source">The source.</param>
    /// <param name="name">The name.</param>
    public static bool HasColumn(this IDataSource source, string name)
    {
        ArgumentNullException.ThrowIfNull(source);
        return source.Columns.Any(c => c.Name == name);
    }

    /// <summary>The first rows of a source.</summary>
    /// <param name="source">The source.</param>
    /// <param name="rows">At most how many, ≥ 1.</param>
    public static IDataSource Take(this IDataSource source, long rows)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        return new Contract.LimitedDataSource(source, rows);
    }

    internal static DataException Missing(IDataSource source, string name) => (source as Contract.IPartlyReadable)?.Unreadable.TryGetValue(name, out string? reason) == true
        ? new($"{source.Name}, column '{name}': {reason}")
        : new($"{source.Name}: expected a column '{name}', got {Names(source.Columns.Select(c => c.Name))}. Add it, or name another one.");

    /// <summary>Names for a message: the first of them where there are many.</summary>
    internal static string Names(IEnumerable<string> names)
    {
        // Names in a message, some lines.
        const int Shown = 40;
        string[] all = [.. names];
        return all.Length == 0 ? "none" : $"{string.Join(", ", all.Take(Shown).Select(n => $"'{n}'"))}{(all.Length > Shown ? $" and {all.Length - Shown} more" : "")}";
    }
}
