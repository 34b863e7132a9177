namespace Inference.Data.Tables;

/// <summary>One column as the file has it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">The kind of its values.</param>
/// <param name="Type">The element type that can represent all its values.</param>
/// <param name="RowShape">The shape of a row; empty where a row is one element.</param>
/// <param name="Note">What was seen that a person would want to know; empty where nothing was.</param>
internal sealed record TableColumn(string Name, ColumnKind Kind, ElementType Type, IReadOnlyList<long> RowShape, string Note = "")
{
    public long RowElements => RowShape.Aggregate(1L, static (product, size) => product * size);

    public bool IsNumeric => Kind is ColumnKind.Integer or ColumnKind.Real or ColumnKind.Boolean;

    public override string ToString() => $"{Kind.ToString().ToLowerInvariant()}{(RowShape.Count > 0 ? TensorShape.Format([.. RowShape]) : "")}";

    /// <summary>Returns the kind of values in a tensor of that type.</summary>
    public static ColumnKind KindOf(ElementType type) => type switch
    {
        ElementType.String => ColumnKind.Text,
        ElementType.Bool => ColumnKind.Boolean,
        ElementType.Float32 or ElementType.Float64 or ElementType.Float16 or ElementType.BFloat16 => ColumnKind.Real,
        _ => ColumnKind.Integer,
    };
}
