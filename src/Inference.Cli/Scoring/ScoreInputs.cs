using Inference.Data;
using Inference.Rows;

namespace Inference.Cli.Scoring;

/// <summary>Converts rows of a data source to inputs of a model that may have a fixed batch size.</summary>
internal sealed class ScoreInputs
{
    /// <param name="info">The model.</param>
    /// <param name="data">The mapped rows.</param>
    public ScoreInputs(ModelInfo info, IDataSource data)
    {
        ModelPort[] ports = [.. info.Inputs.Where(port => data.HasColumn(port.Name))];
        Columns = [.. ports.Select(static port => port.Name)];
        FixedRows = ports.Select(static port => port.Type.Shape is { Count: > 0 } shape ? (int?)shape[0].Size : null).FirstOrDefault(static size => size is not null);
    }

    /// <summary>The columns to read.</summary>
    public string[] Columns { get; }

    /// <summary>The model's fixed number of rows; null if it accepts any number.</summary>
    public int? FixedRows { get; }

    /// <summary>The inputs for a batch, with <paramref name="rows"/> rows: the last row is repeated if the batch has fewer.</summary>
    public static NamedValues Fill(DataBatch batch, int rows)
    {
        var values = new NamedValues(batch.Values.Count);
        int[] places = [.. Enumerable.Range(0, rows).Select(row => Math.Min(row, batch.Rows - 1))];
        foreach ((string name, ModelValue value) in batch.Values)
        {
            values.Add(name, rows == batch.Rows ? value.Retain() : TensorRows.Take((TensorValue)value, places));
        }

        return values;
    }
}
