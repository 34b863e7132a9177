using System.Globalization;

namespace Inference;

/// <summary>One dimension of a declared shape: a fixed size, a named symbol, or unknown.</summary>
public readonly record struct Dimension
{
    private readonly long _sizePlusOne;

    private Dimension(long sizePlusOne, string? symbol)
    {
        _sizePlusOne = sizePlusOne;
        Symbol = symbol;
    }

    /// <summary>An unknown dimension.</summary>
    public static Dimension Unknown => default;

    /// <summary>The size, 0 or more; null if it is not fixed.</summary>
    public long? Size => _sizePlusOne > 0 ? _sizePlusOne - 1 : null;

    /// <summary>The name of the symbol; null if there is none.</summary>
    public string? Symbol { get; }

    /// <summary>Whether the size is fixed.</summary>
    public bool IsFixed => _sizePlusOne > 0;

    /// <summary>Creates a dimension of fixed size.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="size"/> is negative.</exception>
    public static Dimension Fixed(long size)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        return new(size + 1, null);
    }

    /// <summary>Creates a named symbol; equal names mean equal sizes.</summary>
    public static Dimension Named(string symbol) => new(0, symbol);

    /// <inheritdoc/>
    public override string ToString() => Size?.ToString(CultureInfo.InvariantCulture) ?? Symbol ?? "?";
}
