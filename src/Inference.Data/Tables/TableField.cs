namespace Inference.Data.Tables;

/// <summary>A column to make from columns of a table, all settled.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its element type.</param>
/// <param name="RowShape">The shape of a row.</param>
/// <param name="Columns">The indices of the table's columns, in order; their rows are concatenated.</param>
/// <param name="Codes">The number of each text; null where texts are not coded.</param>
/// <param name="Required">Whether a row without a value is an error, as for labels; else it is NaN, or an empty text.</param>
internal sealed record TableField(string Name, ElementType Type, IReadOnlyList<long> RowShape, int[] Columns, Dictionary<string, int>? Codes = null, bool Required = false)
{
    public DataColumn Column => new(Name, Type, RowShape);

    /// <summary>The number of each text of a list.</summary>
    public static Dictionary<string, int>? CodesOf(string where, IReadOnlyList<string> codes)
    {
        var result = new Dictionary<string, int>(codes.Count, StringComparer.Ordinal);
        foreach (string code in codes)
        {
            if (!result.TryAdd(code, result.Count))
            {
                throw new DataException($"{where}: expected each code once, got {DataException.Quote(code)} twice. Correct the schema.");
            }
        }

        return result.Count == 0 ? null : result;
    }
}
