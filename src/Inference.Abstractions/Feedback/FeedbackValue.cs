using System.Globalization;

namespace Inference.Feedback;

/// <summary>The value of a label, an outcome or a kept column: a number, or a text of at most <see cref="MaxTextLength"/> characters. The default is the number 0.</summary>
public readonly struct FeedbackValue : IEquatable<FeedbackValue>
{
    /// <summary>The largest length of a text, in characters.</summary>
    public const int MaxTextLength = 256;

    private readonly double _number;
    private readonly string? _text;

    /// <summary>Makes a number.</summary>
    public FeedbackValue(double number) => _number = number;

    /// <summary>Makes a text.</summary>
    /// <exception cref="ArgumentException">The text is longer than <see cref="MaxTextLength"/> characters.</exception>
    public FeedbackValue(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > MaxTextLength)
        {
            throw new ArgumentException($"Expected a text of at most {MaxTextLength} characters, got {text.Length}. Report a number, a class or a short name.", nameof(text));
        }

        _number = double.NaN;
        _text = text;
    }

    private FeedbackValue(string text, double number)
    {
        _text = text;
        _number = number;
    }

    /// <summary>Whether it is a number.</summary>
    public bool IsNumber => _text is null;

    /// <summary>The number; NaN for a text.</summary>
    public double Number => _number;

    /// <summary>The text; null for a number.</summary>
    public string? Text => _text;

    /// <summary>Makes a text as a store has it: of any length, because encrypted ones are longer.</summary>
    /// <param name="text">The text.</param>
    public static FeedbackValue OfStored(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new FeedbackValue(text, double.NaN);
    }

    /// <summary>Makes a number.</summary>
    public static implicit operator FeedbackValue(double number) => new(number);

    /// <summary>Makes a number; integers beyond ±2⁵³ are rounded.</summary>
    public static implicit operator FeedbackValue(long number) => new(number);

    /// <summary>Makes the number 1 for true and 0 for false.</summary>
    public static implicit operator FeedbackValue(bool flag) => new(flag ? 1 : 0);

    /// <summary>Makes a text.</summary>
    /// <exception cref="ArgumentException">The text is longer than <see cref="MaxTextLength"/> characters.</exception>
    public static implicit operator FeedbackValue(string text) => new(text);

    /// <summary>Whether two values are equal: both the same text (ordinal), or both the same number; NaN equals NaN.</summary>
    public static bool operator ==(FeedbackValue left, FeedbackValue right) => left.Equals(right);

    /// <summary>Whether two values differ.</summary>
    public static bool operator !=(FeedbackValue left, FeedbackValue right) => !left.Equals(right);

    /// <inheritdoc/>
    public bool Equals(FeedbackValue other) => string.Equals(_text, other._text, StringComparison.Ordinal) && _number.Equals(other._number);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is FeedbackValue other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _text is null ? _number.GetHashCode() : _text.GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => _text ?? _number.ToString(CultureInfo.InvariantCulture);
}
