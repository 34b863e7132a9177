using Inference.Batching.Queue;
using Inference.Rows;

namespace Inference.Batching.Batches;

/// <summary>Decides which calls may share a batch, stacks their inputs, and slices each call's rows out of the outputs. Thread-safe.</summary>
internal sealed class BatchAssembler
{
    private readonly ModelInfo _info;
    private readonly string[] _symbols;

    public BatchAssembler(ModelInfo info)
    {
        _info = info;
        _symbols = [.. info.Inputs.SelectMany(p => p.Type.Shape?.Skip(1) ?? []).Select(d => d.Symbol).OfType<string>().Distinct()];
    }

    /// <summary>Why this model cannot be batched; null if it can.</summary>
    public static string? WhyNotBatchable(ModelInfo info)
    {
        if (info.BatchAxis != 0)
        {
            return $"expected inputs and outputs that share batch axis 0, the model has {(info.BatchAxis is { } axis ? $"batch axis {axis}" : "none")}. Export it with a dynamic first axis.";
        }

        if (!info.RowIndependent)
        {
            return "expected independent rows, but the model's graph does not prove them. If its rows are independent, set ModelLoadOptions.AssertRowIndependent.";
        }

        foreach (ModelPort port in info.Inputs.Concat(info.Outputs))
        {
            if (port.Type.Kind != ModelValueKind.Tensor)
            {
                return $"expected tensors only, '{port.Name}' is a {port.Type}. Remove it from the model's signature.";
            }
        }

        foreach (ModelPort port in info.Inputs)
        {
            if (port.Type.Shape is { Count: > 0 } shape && shape[0].IsFixed)
            {
                return $"expected a dynamic axis 0, input '{port.Name}' is {port.Type}. Export the model with a dynamic first axis.";
            }
        }

        return null;
    }

    /// <summary>Whether a call can join the batch that starts with <paramref name="head"/>.</summary>
    public bool CanJoin(PendingCall head, PendingCall call, BatchingOptions options)
    {
        if (options.Ragged == RaggedMode.Separate)
        {
            return BatchRows.HaveSameRowTypes(head.Inputs, call.Inputs);
        }

        if (head.Inputs.Count != call.Inputs.Count)
        {
            return false;
        }

        for (int i = 0; i < head.Inputs.Count; i++)
        {
            string name = head.Inputs.GetAt(i).Key;
            if (head.Inputs.GetAt(i).Value is not TensorValue one || !call.Inputs.TryGetValue(name, out ModelValue? other) || other is not TensorValue two
                || !CanPadTogether(name, one, two, options.PadTo))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The cost of a call.</summary>
    public static long Cost(NamedValues inputs, BatchingOptions options)
    {
        if (options.MaxCost is null)
        {
            return 0;
        }

        if (options.Cost is { } cost)
        {
            return cost(inputs);
        }

        long largest = 0;
        for (int i = 0; i < inputs.Count; i++)
        {
            largest = Math.Max(largest, inputs.GetAt(i).Value is TensorValue tensor ? tensor.ElementCount : 0);
        }

        return largest;
    }

    /// <summary>Stacks the inputs of the calls; the caller disposes the result.</summary>
    public NamedValues Stack(Batch batch)
    {
        NamedValues first = batch[0].Inputs;
        var result = new NamedValues(first.Count);
        var parts = new TensorValue[batch.Count];
        try
        {
            for (int i = 0; i < first.Count; i++)
            {
                string name = first.GetAt(i).Key;
                bool equal = true;
                for (int c = 0; c < parts.Length; c++)
                {
                    parts[c] = batch[c].Inputs[name];
                    equal &= TensorRows.HaveSameRowType(parts[0], parts[c]);
                }

                // Equal lengths are padded to their bucket as well, so that one bucket means one shape to the model.
                bool pad = batch.Options.Ragged == RaggedMode.Pad && (!equal || batch.Options.PadTo.Count > 0) && parts[0].Rank > 1;
                result.SetValue(name, pad ? Pad(name, parts, batch) : TensorRows.Concatenate(parts));
            }

            return result;
        }
        catch
        {
            result.Dispose();
            throw;
        }
    }

    /// <summary>Checks that every output has a row for each input row.</summary>
    /// <exception cref="ModelRunException">An output does not have one row for each input row.</exception>
    public void CheckOutputs(NamedValues outputs, int rows)
    {
        for (int i = 0; i < outputs.Count; i++)
        {
            if (outputs.GetAt(i).Value is not TensorValue { Rank: > 0 } tensor || tensor.Shape[0] != rows)
            {
                throw new ModelRunException($"Model '{_info.Name}', output '{outputs.GetAt(i).Key}': expected a tensor with one row for each of the {rows} rows of the batch, got {outputs.GetAt(i).Value}. Remove UseBatching, or do not set AssertRowIndependent.");
            }
        }
    }

    /// <summary>The rows of one call: views of the outputs, or copies where padding is cropped.</summary>
    public NamedValues Take(NamedValues outputs, int start, PendingCall call)
    {
        if (call.Lengths is null)
        {
            return BatchRows.Slice(outputs, start, call.Rows);
        }

        var result = new NamedValues(outputs.Count);
        try
        {
            for (int i = 0; i < outputs.Count; i++)
            {
                result.SetValue(outputs.GetAt(i).Key, Take(outputs.GetAt(i).Key, (TensorValue)outputs.GetAt(i).Value, start, call));
            }

            return result;
        }
        catch
        {
            result.Dispose();
            throw;
        }
    }

    private TensorValue Take(string name, TensorValue tensor, int start, PendingCall call)
    {
        IReadOnlyList<Dimension>? declared = ShapeOf(_info.Outputs, name);
        if (declared?.Count != tensor.Rank)
        {
            return tensor.Rows(start, call.Rows);
        }

        Span<long> shape = stackalloc long[tensor.Rank - 1];
        bool cropped = false;
        for (int axis = 1; axis < tensor.Rank; axis++)
        {
            int symbol = declared[axis].Symbol is { } text ? Array.IndexOf(_symbols, text) : -1;
            shape[axis - 1] = symbol >= 0 && call.Lengths![symbol] >= 0 ? Math.Min(call.Lengths[symbol], tensor.Shape[axis]) : tensor.Shape[axis];
            cropped |= shape[axis - 1] != tensor.Shape[axis];
        }

        return cropped ? RowPadding.Crop(tensor, start, call.Rows, shape) : tensor.Rows(start, call.Rows);
    }

    private TensorValue Pad(string name, TensorValue[] parts, Batch batch)
    {
        IReadOnlyList<Dimension>? declared = ShapeOf(_info.Inputs, name);
        Span<long> shape = stackalloc long[parts[0].Rank - 1];
        for (int axis = 1; axis <= shape.Length; axis++)
        {
            long longest = 0;
            foreach (TensorValue part in parts)
            {
                longest = Math.Max(longest, part.Shape[axis]);
            }

            shape[axis - 1] = IsFixed(declared, axis) ? longest : Bucket(longest, batch.Options.PadTo);
        }

        for (int c = 0; c < parts.Length; c++)
        {
            NoteLengths(batch[c], declared, parts[c]);
        }

        byte[] fill = batch.Options.PadValues.TryGetValue(name, out double value) && value != 0 ? PadElement.Bytes(name, parts[0].ElementType, value) : [];
        return RowPadding.Concatenate(parts, shape, fill);
    }

    private void NoteLengths(PendingCall call, IReadOnlyList<Dimension>? declared, TensorValue tensor)
    {
        for (int axis = 1; declared is not null && axis < Math.Min(declared.Count, tensor.Rank); axis++)
        {
            int symbol = declared[axis].Symbol is { } text ? Array.IndexOf(_symbols, text) : -1;
            if (symbol >= 0)
            {
                if (call.Lengths is null)
                {
                    call.Lengths = new long[_symbols.Length];
                    call.Lengths.AsSpan().Fill(-1);
                }

                call.Lengths[symbol] = tensor.Shape[axis];
            }
        }
    }

    private bool CanPadTogether(string name, TensorValue one, TensorValue two, IList<int> buckets)
    {
        if (TensorRows.HaveSameRowType(one, two))
        {
            return true;
        }

        if (one.ElementType != two.ElementType || one.ElementType.IsPacked() || one.Rank != two.Rank || one.Rank == 0)
        {
            return false;
        }

        IReadOnlyList<Dimension>? declared = ShapeOf(_info.Inputs, name);
        for (int axis = 1; axis < one.Rank; axis++)
        {
            bool same = one.Shape[axis] == two.Shape[axis]
                || (!IsFixed(declared, axis) && (buckets.Count == 0 || Bucket(one.Shape[axis], buckets) == Bucket(two.Shape[axis], buckets)));
            if (!same)
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsFixed(IReadOnlyList<Dimension>? declared, int axis) => declared is not null && axis < declared.Count && declared[axis].IsFixed;

    private static long Bucket(long length, IList<int> buckets)
    {
        for (int i = 0; i < buckets.Count; i++)
        {
            if (buckets[i] >= length)
            {
                return buckets[i];
            }
        }

        return length;
    }

    private static IReadOnlyList<Dimension>? ShapeOf(IReadOnlyList<ModelPort> ports, string name)
    {
        for (int i = 0; i < ports.Count; i++)
        {
            if (string.Equals(ports[i].Name, name, StringComparison.Ordinal))
            {
                return ports[i].Type.Shape;
            }
        }

        return null;
    }
}
