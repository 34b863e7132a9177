using System.Globalization;
using System.IO.Hashing;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Inference.Cli.Running;
using Inference.Data;

namespace Inference.Cli.Monitoring;

/// <summary>The rows of a file that report outcomes: arm, outcome, and if stated id and stage, each one value a row.</summary>
internal sealed class OutcomeRows
{
    private readonly IDataSource _source;
    private readonly string _arm;
    private readonly string _outcome;
    private readonly string? _id;
    private readonly string? _stage;

    /// <exception cref="DataException">A column is missing.</exception>
    /// <exception cref="UsageException">A column has several values a row, or outcomes are texts.</exception>
    public OutcomeRows(string path, string arm, string outcome, string? id, string? stage)
    {
        _source = DataSource.Open(path);
        (_arm, _outcome, _id, _stage) = (arm, outcome, id, stage);
        foreach (string name in Columns)
        {
            if (_source.GetColumn(name).RowElements != 1)
            {
                throw new UsageException($"{path}, column '{name}': expected one value a row, got {_source.GetColumn(name)}. Choose another column.");
            }
        }

        if (_source.GetColumn(outcome).Type == ElementType.String)
        {
            throw new UsageException($"{path}, column '{outcome}': expected numbers, got texts. Write outcomes as numbers, such as 1 and 0.");
        }
    }

    /// <summary>The number of rows; null if it is not known before reading.</summary>
    public long? RowCount => _source.RowCount;

    /// <summary>SHA-256 of the file.</summary>
    public string Digest => _source.Digest;

    private string[] Columns => [.. new[] { _arm, _outcome, _id, _stage }.OfType<string>().Distinct(StringComparer.Ordinal)];

    /// <summary>Reads the rows in order. A missing outcome is NaN.</summary>
    public async IAsyncEnumerable<OutcomeRow> ReadAsync([EnumeratorCancellation] CancellationToken cancellation = default)
    {
        // Some hundred kilobytes a batch.
        const int BatchRows = 8_192;
        await foreach (DataBatch batch in _source.ReadAsync(Columns, BatchRows, cancellation).ConfigureAwait(false))
        {
            using (batch)
            {
                string[] arms = Texts(batch.Values[_arm]);
                double[] outcomes = Numbers(batch.Values[_outcome]);
                string[]? ids = _id is null ? null : Texts(batch.Values[_id]);
                string[]? stages = _stage is null ? null : Texts(batch.Values[_stage]);
                for (int i = 0; i < batch.Rows; i++)
                {
                    yield return new OutcomeRow(arms[i], outcomes[i], ids is null ? null : Hash(ids[i]), stages?[i] ?? "");
                }
            }
        }
    }

    private static UInt128 Hash(string text) => XxHash128.HashToUInt128(MemoryMarshal.AsBytes(text.AsSpan()));

    private static double[] Numbers(TensorValue tensor) => tensor.ElementType switch
    {
        ElementType.Float32 => Array.ConvertAll(tensor.AsSpan<float>().ToArray(), static v => (double)v),
        ElementType.Float64 => tensor.AsSpan<double>().ToArray(),
        ElementType.Int64 => Array.ConvertAll(tensor.AsSpan<long>().ToArray(), static v => (double)v),
        ElementType.Bool => Array.ConvertAll(tensor.AsSpan<bool>().ToArray(), static v => v ? 1.0 : 0),
        _ => Verification.ValueComparer.Numbers(tensor),
    };

    // Values of a table are single precision: the shortest text of 0.1 is that in the file.
    private static string[] Texts(TensorValue tensor) => tensor.ElementType switch
    {
        ElementType.String => tensor.AsSpan<string>().ToArray(),
        ElementType.Bool => Array.ConvertAll(tensor.AsSpan<bool>().ToArray(), static v => v ? "true" : "false"),
        ElementType.Int64 => Array.ConvertAll(tensor.AsSpan<long>().ToArray(), static v => v.ToString(CultureInfo.InvariantCulture)),
        ElementType.UInt64 => Array.ConvertAll(tensor.AsSpan<ulong>().ToArray(), static v => v.ToString(CultureInfo.InvariantCulture)),
        ElementType.Float32 => Array.ConvertAll(tensor.AsSpan<float>().ToArray(), static v => v.ToString("R", CultureInfo.InvariantCulture)),
        _ => Array.ConvertAll(Numbers(tensor), static v => v.ToString("R", CultureInfo.InvariantCulture)),
    };
}
