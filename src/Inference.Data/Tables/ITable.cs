using Inference.Data.Contract;

namespace Inference.Data.Tables;

/// <summary>The columns of a file, and the rows built from them.</summary>
internal interface ITable : IPartlyReadable
{
    string Name { get; }

    long? RowCount { get; }

    string Digest { get; }

    /// <summary>All columns, in the file's order.</summary>
    IReadOnlyList<TableColumn> Cells { get; }

    /// <summary>What was found out about the file: separator, header.</summary>
    IReadOnlyList<string> Notes { get; }

    /// <summary>Whether values are text in the file, which can be read as any requested type.</summary>
    bool IsText { get; }

    /// <summary>Reads all rows in order.</summary>
    /// <exception cref="DataException">The content is malformed, or does not fit the fields; the error names row and column.</exception>
    IAsyncEnumerable<DataBatch> ReadAsync(IReadOnlyList<TableField> fields, int batchRows, CancellationToken cancellationToken);
}
