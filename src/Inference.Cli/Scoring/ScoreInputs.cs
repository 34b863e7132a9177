using Inference.Cli.Verification;
using Inference.Data;

namespace Inference.Cli.Scoring;

/// <summary>Turns rows of a data source into inputs of a model: element types converted, dimensions of size 1 added or dropped.</summary>
internal sealed class ScoreInputs
{
    private readonly ModelPort[] _ports;

    /// <param name="info">The model.</param>
    /// <param name="data">The rows.</param>
    /// <exception cref="InferenceException">An input has no column.</exception>
    public ScoreInputs(ModelInfo info, IDataSource data)
    {
        foreach (ModelPort port in info.Inputs)
        {
            if (!data.HasColumn(port.Name) && !port.IsOptional)
            {
                throw new InferenceException(
                    $"{data.Name}: expected a column '{port.Name}' for the model's input {port}, got {string.Join(", ", data.Columns.Select(c => $"'{c.Name}'"))}. Name the columns after the inputs.");
            }
        }

        _ports = [.. info.Inputs.Where(p => data.HasColumn(p.Name))];
    }

    /// <summary>The columns to read.</summary>
    public string[] Columns => [.. _ports.Select(p => p.Name)];

    /// <summary>The number of rows the model takes at once where it fixes it; null where it takes any.</summary>
    public int? FixedRows => _ports.Select(p => p.Type.Shape is { Count: > 0 } shape ? (int?)shape[0].Size : null).FirstOrDefault(size => size is not null);

    /// <summary>The inputs for a batch, of <paramref name="rows"/> rows: the last row is repeated where the batch has fewer.</summary>
    public NamedValues Convert(DataBatch batch, int rows)
    {
        var values = new NamedValues(_ports.Length);
        foreach (ModelPort port in _ports)
        {
            values.Add(port.Name, Convert(batch.Values[port.Name], port, rows));
        }

        return values;
    }

    private static TensorValue Convert(TensorValue column, ModelPort port, int rows)
    {
        long[] shape = column.Shape.ToArray();
        if (port.Type.Shape is { } declared)
        {
            if (declared.Count == shape.Length + 1)
            {
                shape = [.. shape, 1];
            }
            else if (declared.Count == shape.Length - 1 && shape[^1] == 1)
            {
                shape = shape[..^1];
            }
        }

        shape[0] = rows;
        ElementType type = port.Type.ElementType == ElementType.Undefined ? column.ElementType : port.Type.ElementType;
        TensorValue result = TensorValue.Allocate(type, shape);
        if (type == ElementType.String)
        {
            Fill(column.ElementType == ElementType.String
                ? column.AsSpan<string>().ToArray()
                : [.. ValueComparer.Numbers(column).Select(v => v.ToString("R", System.Globalization.CultureInfo.InvariantCulture))], result.AsWritableSpan<string>(), column.Shape[0]);
            return result;
        }

        if (column.ElementType == type)
        {
            Fill(column.AsBytes(), result.AsWritableBytes(), column.Shape[0]);
            return result;
        }

        double[] numbers = column.ElementType == ElementType.String
            ? throw new InferenceException($"Input '{port.Name}': expected {type.Name()}, the column holds text. Convert it before scoring.")
            : ValueComparer.Numbers(column);
        switch (type)
        {
            case ElementType.Float: Fill(Array.ConvertAll(numbers, v => (float)v), result.AsWritableSpan<float>(), column.Shape[0]); break;
            case ElementType.Double: Fill(numbers, result.AsWritableSpan<double>(), column.Shape[0]); break;
            case ElementType.Float16: Fill(Array.ConvertAll(numbers, v => (Half)v), result.AsWritableSpan<Half>(), column.Shape[0]); break;
            case ElementType.Int64: Fill(Array.ConvertAll(numbers, v => (long)v), result.AsWritableSpan<long>(), column.Shape[0]); break;
            case ElementType.Int32: Fill(Array.ConvertAll(numbers, v => (int)v), result.AsWritableSpan<int>(), column.Shape[0]); break;
            case ElementType.UInt8: Fill(Array.ConvertAll(numbers, v => (byte)v), result.AsWritableSpan<byte>(), column.Shape[0]); break;
            case ElementType.Int8: Fill(Array.ConvertAll(numbers, v => (sbyte)v), result.AsWritableSpan<sbyte>(), column.Shape[0]); break;
            case ElementType.Bool: Fill(Array.ConvertAll(numbers, v => v != 0), result.AsWritableSpan<bool>(), column.Shape[0]); break;
            default: throw new InferenceException($"Input '{port.Name}': expected {type.Name()}, the column holds {column.ElementType.Name()}. Convert it before scoring.");
        }

        return result;
    }

    private static void Fill<T>(ReadOnlySpan<T> source, Span<T> target, long sourceRows)
    {
        source.CopyTo(target);
        int row = sourceRows == 0 ? 0 : (int)(source.Length / sourceRows);
        for (int at = source.Length; at < target.Length; at += row)
        {
            source.Slice(source.Length - row, row).CopyTo(target[at..]);
        }
    }
}
