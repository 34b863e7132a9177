using System.Runtime.CompilerServices;
using Inference.Data;
using Inference.Onnx;
using Inference.Optimization.Graphs;

namespace Inference.Optimization.Running;

/// <summary>A loaded model, and how rows of a data source are passed through it.</summary>
internal sealed class ModelSession : IAsyncDisposable
{
    private readonly IDisposable? _cleanUp;
    private readonly string _name;

    private ModelSession(IModelRunner runner, IDisposable? cleanUp, string name, int batchRows)
    {
        Runner = runner;
        _cleanUp = cleanUp;
        _name = name;
        InputNames = [.. runner.Info.Inputs.Where(i => !i.IsOptional).Select(i => i.Name)];
        FixedRows = runner.Info.Inputs.Select(i => i.Type.Shape is [var first, ..] ? first.Size : null).FirstOrDefault(s => s is not null) is { } rows ? (int)rows : null;
        BatchRows = FixedRows ?? batchRows;
    }

    public IModelRunner Runner { get; }

    public IReadOnlyList<string> InputNames { get; }

    /// <summary>The number of rows that the model requires; null if it accepts any number.</summary>
    public int? FixedRows { get; }

    /// <summary>The number of rows per run.</summary>
    public int BatchRows { get; }

    public static async Task<ModelSession> OpenAsync(OptimizationContext context, OnnxModel model, string name, CancellationToken cancellationToken)
    {
        ModelSource source = ModelWriter.ToSource(model, out IDisposable? cleanUp);
        try
        {
            ModelLoadOptions options = context.LoadOptions.Clone();
            options.Name = name;
            IModelRunner runner = await context.Loader.LoadAsync(source, options, cancellationToken).ConfigureAwait(false);
            return new ModelSession(runner, cleanUp, name, context.BatchRows);
        }
        catch
        {
            cleanUp?.Dispose();
            throw;
        }
    }

    /// <summary>Validates that the data has a column of the right type and shape for every input.</summary>
    /// <exception cref="DataException">A column is missing or does not match; the message states which, and what was expected.</exception>
    public void RequireData(IDataSource data)
    {
        foreach (ModelPort input in Runner.Info.Inputs.Where(i => !i.IsOptional))
        {
            DataColumn column = data.GetColumn(input.Name);
            if (column.Type != input.Type.ElementType)
            {
                throw new DataException($"{data.Name}, column '{column.Name}': expected {input.Type} for the model '{_name}', got {column.Type.Name()}. Convert the array with astype before saving it.");
            }

            if (input.Type.Shape is not { } shape)
            {
                continue;
            }

            bool fits = shape.Count == column.RowShape.Count + 1;
            for (int i = 1; fits && i < shape.Count; i++)
            {
                fits = shape[i].Size is not { } size || size == column.RowShape[i - 1];
            }

            if (!fits)
            {
                throw new DataException($"{data.Name}, column '{column.Name}': expected {input.Type} for the model '{_name}', got {column}. Reshape the array, rows first.");
            }
        }
    }

    /// <summary>Runs the rows of a batch; if the model requires more rows, the last one is repeated and its outputs are dropped.</summary>
    public async ValueTask<NamedValues> RunAsync(DataBatch batch, CancellationToken cancellationToken)
    {
        var inputs = new NamedValues(InputNames.Count);
        foreach (string name in InputNames)
        {
            TensorValue tensor = batch.Values[name];
            inputs.SetValue(name, FixedRows is { } rows && rows > batch.Rows ? Pad(tensor, rows) : tensor.Retain());
        }

        using (inputs)
        {
            NamedValues outputs = await Runner.RunAsync(inputs, null, cancellationToken).ConfigureAwait(false);
            return FixedRows is { } all && all > batch.Rows ? Cut(outputs, all, batch.Rows) : outputs;
        }
    }

    /// <summary>Runs all rows of a source; the caller disposes each result, which comes with its number of rows.</summary>
    /// <exception cref="DataException">The data does not match the model, contains non-finite values, or has no rows.</exception>
    public async IAsyncEnumerable<(NamedValues Outputs, int Rows)> RunAllAsync(IDataSource data, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        RequireData(data);
        int rows = 0;
        await foreach (DataBatch batch in data.ReadAsync([.. InputNames], BatchRows, cancellationToken).ConfigureAwait(false))
        {
            using (batch)
            {
                InputCheck.RequireFinite(data, batch, InputNames);
                rows += batch.Rows;
                yield return (await RunAsync(batch, cancellationToken).ConfigureAwait(false), batch.Rows);
            }
        }

        if (rows == 0)
        {
            throw new DataException($"{data.Name}: expected at least one row, got none. Add rows.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Runner.DisposeAsync().ConfigureAwait(false);
        _cleanUp?.Dispose();
    }

    private static TensorValue Pad(TensorValue tensor, int rows)
    {
        long[] shape = tensor.Shape.ToArray();
        int have = (int)shape[0];
        shape[0] = rows;
        TensorValue padded = TensorValue.Allocate(tensor.ElementType, shape);
        if (tensor.ElementType == ElementType.String)
        {
            int width = checked((int)(tensor.ElementCount / have));
            Fill(tensor.AsSpan<string>(), padded.AsWritableSpan<string>(), width);
        }
        else
        {
            Fill(tensor.AsBytes(), padded.AsWritableBytes(), checked((int)(tensor.ByteCount / have)));
        }

        return padded;
    }

    private static void Fill<T>(ReadOnlySpan<T> source, Span<T> target, int width)
    {
        source.CopyTo(target);
        for (int at = source.Length; at < target.Length; at += width)
        {
            source[^width..].CopyTo(target[at..]);
        }
    }

    private static NamedValues Cut(NamedValues outputs, int all, int rows)
    {
        var cut = new NamedValues(outputs.Count);
        using (outputs)
        {
            foreach ((string name, ModelValue value) in outputs)
            {
                cut.SetValue(name, value switch
                {
                    TensorValue { Rank: > 0 } tensor when tensor.Shape[0] == all => tensor.Rows(0, rows),
                    SequenceValue sequence when sequence.Count == all => First(sequence, rows),
                    _ => value.Retain(),
                });
            }
        }

        return cut;
    }

    private static SequenceValue First(SequenceValue sequence, int rows) => new(sequence.Items.Take(rows).Select(static item => item.Retain()), sequence.ElementType);
}
