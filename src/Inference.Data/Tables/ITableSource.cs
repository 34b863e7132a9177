namespace Inference.Data.Tables;

/// <summary>A data source over a table, from which other fields can be made than those it has.</summary>
internal interface ITableSource
{
    ITable Table { get; }
}
