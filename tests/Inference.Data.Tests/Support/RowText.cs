using System.Globalization;

namespace Inference.Data.Tests.Support;

/// <summary>What a source gives, as text: one entry a column, all rows joined by blanks.</summary>
internal static class RowText
{
    public static Task<Dictionary<string, string>> OfAsync(IDataSource source, int batchRows = 64) => OfAsync(source, [.. source.Columns.Select(c => c.Name)], batchRows);

    public static async Task<Dictionary<string, string>> OfAsync(IDataSource source, string[] columns, int batchRows = 64)
    {
        var texts = columns.ToDictionary(c => c, _ => new List<string>());
        long next = 0;
        await foreach (DataBatch batch in source.ReadAsync(columns, batchRows))
        {
            using (batch)
            {
                Assert.Equal(next, batch.FirstRow);
                Assert.InRange(batch.Rows, 1, batchRows);
                next += batch.Rows;
                foreach (string column in columns)
                {
                    TensorValue tensor = batch.Values[column];
                    DataColumn declared = source.GetColumn(column);
                    Assert.Equal(declared.Type, tensor.ElementType);
                    Assert.Equal([batch.Rows, .. declared.RowShape], tensor.Shape.ToArray());
                    texts[column].AddRange(Texts(tensor));
                }
            }
        }

        return texts.ToDictionary(t => t.Key, t => string.Join(' ', t.Value));
    }

    public static async Task<DataException> ErrorAsync(Func<IDataSource> open, int batchRows = 64) => await Assert.ThrowsAsync<DataException>(async () => await OfAsync(open(), batchRows));

    private static IEnumerable<string> Texts(TensorValue tensor) => tensor.ElementType switch
    {
        ElementType.String => [.. tensor.AsSpan<string>()],
        ElementType.Float32 => Of<float>(tensor),
        ElementType.Float64 => Of<double>(tensor),
        ElementType.Float16 => Of<Half>(tensor),
        ElementType.Int64 => Of<long>(tensor),
        ElementType.Int32 => Of<int>(tensor),
        ElementType.Int16 => Of<short>(tensor),
        ElementType.Int8 => Of<sbyte>(tensor),
        ElementType.UInt64 => Of<ulong>(tensor),
        ElementType.UInt32 => Of<uint>(tensor),
        ElementType.UInt16 => Of<ushort>(tensor),
        ElementType.UInt8 => Of<byte>(tensor),
        _ => [.. tensor.AsSpan<bool>().ToArray().Select(b => b ? "true" : "false")],
    };

    private static string[] Of<T>(TensorValue tensor)
        where T : IFormattable => [.. tensor.AsSpan<T>().ToArray().Select(v => v.ToString(null, CultureInfo.InvariantCulture))];
}
