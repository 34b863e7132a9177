using Inference.Rows;

namespace Inference.Monitoring.Profiles;

/// <summary>Parts of the rows of a call.</summary>
internal static class SeasonRows
{
    /// <summary>Copies rows. Values that are no tensors of that many rows are retained as they are.</summary>
    /// <param name="values">The values of a call.</param>
    /// <param name="callRows">Its number of rows.</param>
    /// <param name="rows">The rows to copy.</param>
    public static NamedValues Take(NamedValues values, int callRows, ReadOnlySpan<int> rows)
    {
        var taken = new NamedValues();
        try
        {
            foreach ((string name, ModelValue value) in values)
            {
                taken.Add(name, rows.Length < callRows && value is TensorValue { Rank: > 0 } tensor && tensor.Shape[0] == callRows ? TensorRows.Take(tensor, rows) : value.Retain());
            }

            return taken;
        }
        catch
        {
            taken.Dispose();
            throw;
        }
    }
}
