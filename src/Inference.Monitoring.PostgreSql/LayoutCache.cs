namespace Inference.Monitoring.PostgreSql;

/// <summary>Lists of columns by their text. Not thread-safe.</summary>
internal sealed class LayoutCache
{
    private readonly Dictionary<string, FeedbackColumns> _layouts = new(StringComparer.Ordinal);

    /// <exception cref="FeedbackStoreException">The text is no list of columns.</exception>
    public FeedbackColumns Of(string text)
    {
        try
        {
            return _layouts.TryGetValue(text, out FeedbackColumns? columns) ? columns : _layouts[text] = FeedbackColumns.Parse(text);
        }
        catch (FormatException exception)
        {
            throw new FeedbackStoreException($"PostgreSQL: a list of columns is damaged: {exception.Message} Restore the database from a backup.", exception);
        }
    }
}
