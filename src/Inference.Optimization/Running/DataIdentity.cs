using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Inference.Data;

namespace Inference.Optimization.Running;

/// <summary>What identifies rows: their values in the columns that are used, however the file or the mapping names them.</summary>
internal static class DataIdentity
{
    private const int BatchRows = 1024;

    /// <summary>SHA-256 over the names, types, shapes and values of the columns, in batches.</summary>
    /// <param name="data">The rows.</param>
    /// <param name="columns">The columns; those that the rows do not have are ignored.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    public static async Task<string> DigestAsync(IDataSource data, IEnumerable<string> columns, CancellationToken cancellationToken)
    {
        string[] used = [.. columns.Where(c => data.Columns.Any(d => d.Name == c)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await foreach (DataBatch batch in data.ReadAsync(used, BatchRows, cancellationToken).ConfigureAwait(false))
        {
            using (batch)
            {
                foreach (string column in used)
                {
                    TensorValue tensor = batch.Values[column];
                    Append(hash, $"{column}|{tensor.ElementType}|");
                    hash.AppendData(MemoryMarshal.AsBytes(tensor.Shape));
                    if (tensor.ElementType == ElementType.String)
                    {
                        foreach (string text in tensor.AsSpan<string>())
                        {
                            Append(hash, $"{text.Length}|{text}");
                        }
                    }
                    else
                    {
                        hash.AppendData(tensor.AsBytes());
                    }
                }
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void Append(IncrementalHash hash, string text) => hash.AppendData(Encoding.UTF8.GetBytes(text));
}
