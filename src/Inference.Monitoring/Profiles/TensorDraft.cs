using Inference.Monitoring.Cells;

namespace Inference.Monitoring.Profiles;

/// <summary>What the reference's rows have in common in one tensor, and the columns that follow from it.</summary>
internal sealed class TensorDraft(ColumnSide side, string name, TensorValue first)
{
    // A wider row of floats is an embedding: its elements mean nothing one by one.
    private const int MaxElements = 256;

    /// <summary>The name of the tensor.</summary>
    public string Name => name;

    public ColumnSide Side => side;

    public ElementType ElementType => first.ElementType;

    /// <summary>The number of elements of a row; 0 if it varies.</summary>
    public int Width { get; private set; } = WidthOf(first);

    /// <summary>Whether all rows can be read as this tensor's.</summary>
    public bool IsConsistent { get; private set; } = true;

    /// <summary>Compares another batch's tensor.</summary>
    public void Add(TensorValue other)
    {
        IsConsistent &= other.ElementType == first.ElementType && other.Rank == first.Rank;
        Width = WidthOf(other) == Width ? Width : 0;
    }

    /// <summary>The columns, without cells; empty if the tensor cannot be watched.</summary>
    public IEnumerable<ColumnDefinition> Columns()
    {
        if (!IsConsistent || Width == 0 || Width > MaxElements || first.Rank > 2 || (!ElementReader.IsNumeric(ElementType) && ElementType != ElementType.String))
        {
            yield break;
        }

        for (int i = 0; i < Width; i++)
        {
            yield return Column(first.Rank < 2 ? name : $"{name}[{i}]", ColumnDerivation.Element, i);
        }
    }

    private ColumnDefinition Column(string column, ColumnDerivation derivation, int index) => new()
    {
        Name = column,
        Side = side,
        Tensor = name,
        ElementType = ElementType,
        Derivation = derivation,
        Index = index,
        Width = derivation == ColumnDerivation.Element ? Width : 0,
        Layout = CellLayout.OfCategories(0),
    };

    private static int WidthOf(TensorValue tensor) => tensor.Rank == 0 || tensor.Shape[0] == 0 ? 1 : (int)Math.Min(tensor.ElementCount / tensor.Shape[0], int.MaxValue);
}
