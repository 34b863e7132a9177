using Inference.Data.Contract;

namespace Inference.Data.Tables;

/// <summary>A file's columns as they are, and rows of what is made from them.</summary>
internal interface ITable : IPartlyReadable
{
    string Name { get; }

    long? RowCount { get; }

    string Digest { get; }

    /// <summary>All columns, in the file's order.</summary>
    IReadOnlyList<TableColumn> Cells { get; }

    /// <summary>What was found out about the file: separator, header.</summary>
    IReadOnlyList<string> Notes { get; }

    /// <summary>Whether values are text in the file, which is read as any type that is asked for.</summary>
    bool IsText { get; }

    /// <summary>Reads all rows in order.</summary>
    /// <exception cref="DataException">The content is malformed, or does not fit the fields; the error names row and column.</exception>
    IAsyncEnumerable<DataBatch> ReadAsync(IReadOnlyList<TableField> fields, int batchRows, CancellationToken cancellationToken);
}
