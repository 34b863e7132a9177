using System.Collections.Frozen;

namespace Inference.Monitoring;

/// <summary>The columns that are kept of predictions, and what they are for. Immutable, compared by content; predictions share an instance.</summary>
public sealed class FeedbackColumns : IEquatable<FeedbackColumns>
{
    private readonly FrozenDictionary<string, int> _places;

    /// <summary>Initializes a list of columns.</summary>
    /// <param name="names">The names, such as <c>features[3]</c>: distinct, without line breaks or tabs.</param>
    /// <param name="score">The column of the score, one of <paramref name="names"/>; null for none.</param>
    /// <param name="segments">The columns whose values are segments, each one of <paramref name="names"/>; null for none.</param>
    /// <exception cref="ArgumentException">A name repeats, has a line break or tab, or is not one of the names.</exception>
    public FeedbackColumns(IReadOnlyList<string> names, string? score = null, IReadOnlyList<string>? segments = null)
    {
        ArgumentNullException.ThrowIfNull(names);
        Names = [.. names];
        Segments = [.. segments ?? []];
        Score = score;
        if (Names.FirstOrDefault(static n => n.AsSpan().IndexOfAny('\n', '\r', '\t') >= 0) is { } bad)
        {
            throw new ArgumentException($"Expected column names without line breaks and tabs, got '{bad}'.", nameof(names));
        }

        if (Names.GroupBy(static n => n, StringComparer.Ordinal).FirstOrDefault(static g => g.Skip(1).Any()) is { } repeated)
        {
            throw new ArgumentException($"Expected each column once, got '{repeated.Key}' twice.", nameof(names));
        }

        _places = Names.Select(static (name, place) => KeyValuePair.Create(name, place)).ToFrozenDictionary(StringComparer.Ordinal);
        if (Segments.Append(score).FirstOrDefault(n => n is not null && IndexOf(n) < 0) is { } missing)
        {
            throw new ArgumentException($"Expected one of the columns that are kept, got '{missing}'.", score == missing ? nameof(score) : nameof(segments));
        }
    }

    /// <summary>No columns.</summary>
    public static FeedbackColumns None { get; } = new([]);

    /// <summary>The names.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The column of the score; null for none.</summary>
    public string? Score { get; }

    /// <summary>The columns whose values are segments.</summary>
    public IReadOnlyList<string> Segments { get; }

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    /// <exception cref="FormatException">The text is something else.</exception>
    public static FeedbackColumns Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] lines = text.Split('\n');
        try
        {
            return lines.Length == 3 ? new FeedbackColumns(Split(lines[0]), lines[1].Length == 0 ? null : lines[1], Split(lines[2])) : throw new FormatException($"Expected three lines, got {lines.Length}.");
        }
        catch (ArgumentException exception)
        {
            throw new FormatException(exception.Message, exception);
        }
    }

    /// <summary>The place of a column; −1 if it is not kept.</summary>
    public int IndexOf(string name) => _places.GetValueOrDefault(name, -1);

    /// <inheritdoc/>
    public bool Equals(FeedbackColumns? other) => ReferenceEquals(this, other)
        || (other is not null && Score == other.Score && Names.SequenceEqual(other.Names, StringComparer.Ordinal) && Segments.SequenceEqual(other.Segments, StringComparer.Ordinal));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as FeedbackColumns);

    /// <inheritdoc/>
    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    /// <summary>Three lines: names, score, segments; names are separated by tabs.</summary>
    public override string ToString() => $"{string.Join('\t', Names)}\n{Score}\n{string.Join('\t', Segments)}";

    private static string[] Split(string line) => line.Length == 0 ? [] : line.Split('\t');
}
