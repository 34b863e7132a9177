using Inference.Monitoring.Cells;

namespace Inference.Monitoring.Profiles;

/// <summary>One batch of reference rows. Disposing it disposes the values.</summary>
internal sealed record ReferenceRows(NamedValues Inputs, NamedValues? Outputs, TensorValue? Labels, int Rows) : IDisposable
{
    /// <summary>The season of each row; null without seasons.</summary>
    public byte[]? Seasons { get; init; }

    /// <summary>The value of a column's tensor; null if the batch has none with one row for each of the batch's.</summary>
    public TensorValue? Find(ColumnSide side, string tensor)
    {
        NamedValues? values = side == ColumnSide.Input ? Inputs : Outputs;
        return values is not null && values.TryGetValue(tensor, out ModelValue? value) && value is TensorValue found && RowsOf(found) == Rows ? found : null;
    }

    /// <summary>The number of rows; 1 for a scalar.</summary>
    public static long RowsOf(TensorValue tensor) => tensor.Rank == 0 ? 1 : tensor.Shape[0];

    /// <summary>About the number of bytes.</summary>
    public long Bytes => Sum(Inputs) + (Outputs is null ? 0 : Sum(Outputs));

    /// <summary>Returns a copy with references of its own, in which maps are tensors; null if there is none.</summary>
    public ReferenceRows? WithMaps(MapTables maps) => maps.Flatten(Outputs) is { } flat ? new ReferenceRows(Inputs.Retain(), flat, Labels?.Retain(), Rows) { Seasons = Seasons } : null;

    /// <summary>A copy with references of its own.</summary>
    public ReferenceRows Retain() => new(Inputs.Retain(), Outputs?.Retain(), Labels?.Retain(), Rows) { Seasons = Seasons };

    /// <summary>A copy, with tensors of its own.</summary>
    public ReferenceRows Copy() => new(Copy(Inputs, tensorsOnly: true), Outputs is null ? null : Copy(Outputs, tensorsOnly: false), Labels is null ? null : Copy(Labels), Rows);

    public void Dispose()
    {
        Inputs.Dispose();
        Outputs?.Dispose();
        Labels?.Dispose();
    }

    private static NamedValues Copy(NamedValues values, bool tensorsOnly)
    {
        var copies = new NamedValues();
        try
        {
            foreach ((string name, ModelValue value) in values)
            {
                if (value is TensorValue tensor)
                {
                    copies.Add(name, Copy(tensor));
                }
                else if (!tensorsOnly)
                {
                    // Nobody writes to the maps that a model returned.
                    copies.Add(name, value.Retain());
                }
            }

            return copies;
        }
        catch
        {
            copies.Dispose();
            throw;
        }
    }

    private static TensorValue Copy(TensorValue tensor)
    {
        if (tensor.ElementType == ElementType.String)
        {
            return TensorValue.Copy(tensor.AsSpan<string>(), tensor.Shape);
        }

        using var hold = new MemoryHold(tensor);
        TensorValue copy = TensorValue.Allocate(tensor.ElementType, tensor.Shape);
        try
        {
            tensor.AsBytes().CopyTo(copy.AsWritableBytes());
            return copy;
        }
        catch
        {
            copy.Dispose();
            throw;
        }
    }

    private static long Sum(NamedValues values)
    {
        long bytes = 0;
        foreach ((_, ModelValue value) in values)
        {
            // A string takes two bytes a character and a header of about 24.
            bytes += value is not TensorValue tensor ? 0 : tensor.ElementType != ElementType.String ? tensor.ByteCount : StringBytes(tensor.AsSpan<string>());
        }

        return bytes;
    }

    private static long StringBytes(ReadOnlySpan<string> texts)
    {
        long bytes = 0;
        foreach (string text in texts)
        {
            bytes += 24 + (2 * (text?.Length ?? 0));
        }

        return bytes;
    }
}
