using Inference.Rows;

namespace Inference.Batching.Axes;

/// <summary>Presents a model whose batch axes differ as one whose rows are along axis 0; see <see cref="BatchAxesOptions"/>. Thread-safe.</summary>
internal sealed class BatchAxesRunner(IModelRunner inner, AxisTable table) : DelegatingModelRunner(inner)
{
    public override ModelInfo Info => table.Info;

    public override async ValueTask<NamedValues> RunAsync(NamedValues inputs, RunContext? context = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        List<List<int>> groups = Groups(inputs, Rows(inputs));
        if (groups.Count == 1)
        {
            return await RunAsync(inputs, [], groups[0].Count, context, cancellationToken).ConfigureAwait(false);
        }

        // Rows with different shared values cannot run together.
        var parts = new NamedValues[groups.Count];
        try
        {
            for (int i = 0; i < parts.Length; i++)
            {
                parts[i] = await RunAsync(inputs, [.. groups[i]], groups[i].Count, context, cancellationToken).ConfigureAwait(false);
            }

            using NamedValues joined = BatchRows.Concatenate(parts);
            int[] order = [.. groups.SelectMany(g => g)];
            int[] places = [.. Enumerable.Range(0, order.Length)];
            Array.Sort(order, places);
            return BatchRows.Take(joined, places);
        }
        finally
        {
            foreach (NamedValues? part in parts)
            {
                part?.Dispose();
            }
        }
    }

    public override object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceType == typeof(IBindable) || serviceType == typeof(IModelSplitter) ? null : base.GetService(serviceType, serviceKey);

    // Runs the chosen rows, all if none are chosen.
    private async ValueTask<NamedValues> RunAsync(NamedValues inputs, int[] chosen, int rows, RunContext? context, CancellationToken cancellationToken)
    {
        using NamedValues apart = Apart(inputs, chosen);
        using NamedValues outputs = await Inner.RunAsync(apart, context, cancellationToken).ConfigureAwait(false);
        var result = new NamedValues(outputs.Count);
        try
        {
            foreach ((string name, ModelValue value) in outputs)
            {
                int axis = table.TryOutput(name, out PortAxis port) ? port.Axis ?? 0 : 0;
                if (value is not TensorValue tensor || axis >= tensor.Rank || tensor.Shape[axis] != rows)
                {
                    throw new ModelRunException($"Model '{Info.Name}', output '{name}': expected a tensor with the {rows} rows of the run along axis {axis}, got {value}. Correct the axes of UseBatchAxes.");
                }

                result.SetValue(name, axis == 0 ? tensor.Retain() : AxisMove.ToFront(tensor, axis));
            }

            return result;
        }
        catch
        {
            result.Dispose();
            throw;
        }
    }

    private NamedValues Apart(NamedValues inputs, int[] chosen)
    {
        var apart = new NamedValues(inputs.Count);
        try
        {
            foreach ((string name, ModelValue value) in inputs)
            {
                var tensor = (TensorValue)value;
                table.TryInput(name, out PortAxis port);
                if (port.Axis is not { } axis)
                {
                    apart.SetValue(name, IsOfRows(port, tensor) ? Alone(tensor, chosen.Length == 0 ? 0 : chosen[0]) : tensor.Retain());
                    continue;
                }

                TensorValue rows = chosen.Length == 0 ? tensor.Retain() : TensorRows.Take(tensor, chosen);
                if (axis == 0)
                {
                    apart.SetValue(name, rows);
                    continue;
                }

                using (rows)
                {
                    apart.SetValue(name, AxisMove.FromFront(rows, axis));
                }
            }

            return apart;
        }
        catch
        {
            apart.Dispose();
            throw;
        }
    }

    // The number of rows of the inputs, at least 1.
    private int Rows(NamedValues inputs)
    {
        int rows = -1;
        foreach ((string name, ModelValue value) in inputs)
        {
            if (!table.TryInput(name, out PortAxis port))
            {
                throw new InvalidInputException($"Model '{Info.Name}' has no input '{name}'; it takes {string.Join(", ", Info.Inputs.Take(50).Select(p => $"'{p.Name}'"))}.") { Input = name };
            }

            if (value is not TensorValue tensor || (port.Port.Type.Shape is { } shape && tensor.Rank != shape.Count && !IsOfRows(port, tensor)))
            {
                throw new InvalidInputException($"Model '{Info.Name}', input '{name}': expected {Declared(name)}, got {value}. Pass rows along axis 0.") { Input = name, Expected = Declared(name), Actual = value.ToString() };
            }

            if (port.Axis is null && !IsOfRows(port, tensor))
            {
                continue;
            }

            int own = TensorRows.Count(tensor);
            if (own == 0 || (rows >= 0 && own != rows))
            {
                throw new InvalidInputException($"Model '{Info.Name}', input '{name}': expected {(rows < 0 ? "at least one row" : $"{rows} rows, as the inputs before it have,")} along axis 0, got {tensor}. Pass one row for each item.") { Input = name };
            }

            rows = own;
        }

        return rows >= 0 ? rows : throw new InvalidInputException($"Model '{Info.Name}': expected inputs with rows along axis 0, got none. Pass them.");
    }

    // The rows that agree on all shared inputs, in the order of their first rows.
    private List<List<int>> Groups(NamedValues inputs, int rows)
    {
        var shared = new List<TensorValue>();
        foreach ((string name, ModelValue value) in inputs)
        {
            if (table.TryInput(name, out PortAxis port) && port.Axis is null && value is TensorValue tensor && IsOfRows(port, tensor))
            {
                shared.Add(tensor);
            }
        }

        var groups = new List<List<int>>();
        for (int row = 0; row < rows; row++)
        {
            List<int>? own = groups.Find(g => shared.TrueForAll(s => RowEquality.AreEqual(s, g[0], s, row)));
            if (own is null)
            {
                groups.Add(own = []);
            }

            own.Add(row);
        }

        return groups;
    }

    private static bool IsOfRows(PortAxis port, TensorValue tensor) => port.Axis is null && tensor.Rank == port.Port.Type.Shape!.Count + 1;

    // One row without its axis 0.
    private static TensorValue Alone(TensorValue tensor, int row)
    {
        TensorValue alone = TensorValue.Allocate(tensor.ElementType, tensor.Shape[1..]);
        using TensorValue view = tensor.Rows(row, 1);
        if (tensor.ElementType == ElementType.String)
        {
            view.AsSpan<string>().CopyTo(alone.AsWritableSpan<string>());
        }
        else
        {
            view.AsBytes().CopyTo(alone.AsWritableBytes());
        }

        return alone;
    }

    private string Declared(string name) => Info.Inputs.First(p => p.Name == name).Type.ToString();
}
