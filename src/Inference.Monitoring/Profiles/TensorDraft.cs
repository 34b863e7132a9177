using Inference.Monitoring.Cells;

namespace Inference.Monitoring.Profiles;

/// <summary>What the reference's rows have in common in one tensor, and the columns that follow from it.</summary>
internal sealed class TensorDraft(ColumnSide side, string name, TensorValue first, string[]? keys = null)
{
    // A wider row is an embedding, a signal or logits of many classes: its elements mean little one by one.
    private const int MaxElements = 256;

    // A wider row of integers holds tokens of a text.
    private const int MaxCodes = 64;

    // An axis of more elements is a dimension of space or time.
    private const int MaxChannels = 16;

    private static readonly string[] s_tokenNames = ["input_ids", "attention_mask", "token"];
    private bool _isConsistent = true;

    /// <summary>The name of the tensor.</summary>
    public string Name => name;

    /// <summary>The keys of the elements of an output that is a map; empty otherwise.</summary>
    public string[] Keys => keys ?? [];

    /// <summary>The number of elements of a row; 0 if it varies.</summary>
    public int Width { get; private set; } = WidthOf(first);

    private ElementType Type => first.ElementType;

    private bool IsFloat => ElementReader.IsNumeric(Type) && !ElementReader.IsInteger(Type);

    /// <summary>Compares another batch's tensor.</summary>
    public void Add(TensorValue other)
    {
        _isConsistent &= other.ElementType == Type && other.Rank == first.Rank;
        Width = WidthOf(other) == Width ? Width : 0;
    }

    /// <summary>The columns, without cells; empty if the tensor cannot be watched.</summary>
    public IEnumerable<ColumnDefinition> Columns()
    {
        if (!_isConsistent || (!ElementReader.IsNumeric(Type) && Type != ElementType.String))
        {
            return [];
        }

        if (first.Rank <= 2 && IsTokens())
        {
            return [Column("length", ColumnDerivation.Length), Column("unknown", ColumnDerivation.UnknownShare)];
        }

        if (first.Rank <= 2 && Width is >= 1 and <= MaxElements)
        {
            return Elements();
        }

        return Type == ElementType.String ? [] : first.Rank == 2 ? Wide() : OfChannels();
    }

    private bool IsTokens() => Type is ElementType.Int64 or ElementType.Int32 && first.Rank == 2
        && (Width is 0 or > MaxCodes || Array.Exists(s_tokenNames, t => name.Contains(t, StringComparison.OrdinalIgnoreCase)));

    private IEnumerable<ColumnDefinition> Elements()
    {
        for (int i = 0; i < Width; i++)
        {
            yield return Column(null, ColumnDerivation.Element, i) with { Name = first.Rank < 2 ? name : Keys.Length > 0 ? $"{name}[{Keys[i]}]" : $"{name}[{i}]" };
        }

        // The confidence and the class of a classifier.
        if (side == ColumnSide.Output && IsFloat && Width > 1)
        {
            yield return Column("top", ColumnDerivation.Top);
            yield return Column("class", ColumnDerivation.TopIndex);
        }
    }

    private IEnumerable<ColumnDefinition> Wide()
    {
        if (side == ColumnSide.Output && IsFloat && Width > 0)
        {
            yield return Column("top", ColumnDerivation.Top);
            yield return Column("class", ColumnDerivation.TopIndex);
        }

        yield return Column("mean", ColumnDerivation.Mean) with { Second = 1 };
        yield return Column("deviation", ColumnDerivation.Deviation) with { Second = 1 };
        yield return Column("norm", ColumnDerivation.Norm);
        for (int i = 0; Width > 0 && i < DerivedReader.Projections; i++)
        {
            yield return Column("projection", ColumnDerivation.Projection, i);
        }
    }

    private IEnumerable<ColumnDefinition> OfChannels()
    {
        // [N, C, …] or, if the second axis is long, [N, …, C].
        bool last = first.Shape[1] > MaxChannels && first.Shape[^1] is >= 1 and <= MaxChannels;
        int channels = last ? (int)first.Shape[^1] : first.Shape[1] is >= 1 and <= MaxChannels ? (int)first.Shape[1] : 1;
        for (int i = 0; i < channels; i++)
        {
            foreach ((string statistic, ColumnDerivation derivation) in ((string, ColumnDerivation)[])[("mean", ColumnDerivation.Mean), ("deviation", ColumnDerivation.Deviation), ("minimum", ColumnDerivation.Minimum), ("maximum", ColumnDerivation.Maximum)])
            {
                yield return Column(statistic, derivation, i) with { Second = channels, ChannelsLast = last, Name = channels == 1 ? $"{name}.{statistic}" : $"{name}.{statistic}[{i}]" };
            }
        }

        yield return Column("norm", ColumnDerivation.Norm);
    }

    private ColumnDefinition Column(string? statistic, ColumnDerivation derivation, int index = 0) => new()
    {
        Name = derivation == ColumnDerivation.Projection ? $"{name}.{statistic}[{index}]" : $"{name}.{statistic}",
        Side = side,
        Tensor = name,
        ElementType = Type,
        Derivation = derivation,
        Index = index,
        Width = derivation is ColumnDerivation.Element or ColumnDerivation.Projection or ColumnDerivation.Top or ColumnDerivation.TopIndex ? Width : 0,
        Layout = CellLayout.OfCategories(0),
    };

    private static int WidthOf(TensorValue tensor) => tensor.Rank == 0 ? 1 : tensor.Shape[0] == 0 ? 0 : (int)Math.Min(tensor.ElementCount / tensor.Shape[0], int.MaxValue);
}
