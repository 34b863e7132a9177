using System.Diagnostics.CodeAnalysis;

namespace Inference.Rows;

/// <summary>
/// Operations on the rows of input or output sets. A batch of N rows is a set of tensors whose axis 0 has size N; row r of the batch is row r of each tensor.
/// Thread-safe. Results are new sets, to be disposed by the caller.
/// </summary>
public static class BatchRows
{
    /// <summary>Gets the number of rows, if every value is a tensor with the same number of rows.</summary>
    /// <param name="values">The batch.</param>
    /// <param name="rows">The number of rows; 0 if the method returns false.</param>
    /// <returns>False if there are no values, a value is not a tensor or is a scalar, or the sizes of axis 0 differ.</returns>
    public static bool TryCount(NamedValues values, out int rows)
    {
        ArgumentNullException.ThrowIfNull(values);
        long count = -1;
        for (int i = 0; i < values.Count; i++)
        {
            if (!values.TryAt(i, out ModelValue? value) || value is not TensorValue { Rank: > 0 } tensor || (count >= 0 && tensor.Shape[0] != count))
            {
                rows = 0;
                return false;
            }

            count = tensor.Shape[0];
        }

        bool isCounted = count is >= 0 and <= int.MaxValue;
        rows = isCounted ? (int)count : 0;
        return isCounted;
    }

    /// <summary>Returns the number of rows.</summary>
    /// <exception cref="InvalidInputException">The values do not form a batch; the message lists them.</exception>
    public static int Count(NamedValues values)
    {
        if (!TryCount(values, out int rows))
        {
            ThrowNoBatch(values);
        }

        return rows;
    }

    /// <summary>Whether the rows of two batches can be combined into one: the same names, in any order, with the same element types and row shapes.</summary>
    public static bool HaveSameRowTypes(NamedValues left, NamedValues right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        if (left.Count != right.Count)
        {
            return false;
        }

        for (int i = 0; i < left.Count; i++)
        {
            if (left.GetAt(i).Value is not TensorValue one || !right.TryGetValue(left.GetAt(i).Key, out ModelValue? other) || other is not TensorValue two
                || !TensorRows.HaveSameRowType(one, two))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Stacks batches: the rows of the first, followed by those of the second, and so on.</summary>
    /// <param name="batches">At least one batch; the first determines the names and their order.</param>
    /// <exception cref="InferenceException">No batch was passed, a name is missing, or element types or row shapes differ.</exception>
    public static NamedValues Concatenate(params ReadOnlySpan<NamedValues> batches)
    {
        if (batches.IsEmpty)
        {
            throw new InferenceException("Concatenate received no batches; expected at least one. Pass the batches to stack.");
        }

        NamedValues first = batches[0];
        var result = new NamedValues(first.Count);
        var parts = new TensorValue[batches.Length];
        try
        {
            for (int i = 0; i < first.Count; i++)
            {
                string name = first.GetAt(i).Key;
                for (int b = 0; b < parts.Length; b++)
                {
                    parts[b] = batches[b][name];
                }

                result.SetValue(name, TensorRows.Concatenate(parts));
            }

            return result;
        }
        catch
        {
            result.Dispose();
            throw;
        }
    }

    /// <summary>Returns consecutive rows of a batch, as views that share its memory and hold references to it.</summary>
    /// <exception cref="InferenceException">The range exceeds the batch, or a value has no rows.</exception>
    public static NamedValues Slice(NamedValues values, int start, int count)
    {
        ArgumentNullException.ThrowIfNull(values);
        var result = new NamedValues(values.Count);
        try
        {
            for (int i = 0; i < values.Count; i++)
            {
                result.SetValue(values.GetAt(i).Key, Tensor(values, i).Rows(start, count));
            }

            return result;
        }
        catch
        {
            result.Dispose();
            throw;
        }
    }

    /// <summary>Gathers rows of a batch into a new one; see <see cref="TensorRows.Take"/>.</summary>
    /// <exception cref="InferenceException">A row index is out of range, or a value has no rows.</exception>
    public static NamedValues Take(NamedValues values, ReadOnlySpan<int> rows)
    {
        ArgumentNullException.ThrowIfNull(values);
        var result = new NamedValues(values.Count);
        try
        {
            for (int i = 0; i < values.Count; i++)
            {
                result.SetValue(values.GetAt(i).Key, TensorRows.Take(Tensor(values, i), rows));
            }

            return result;
        }
        catch
        {
            result.Dispose();
            throw;
        }
    }

    /// <summary>Whether two rows are equal bit by bit in every value; the names may be in a different order.</summary>
    public static bool AreEqual(NamedValues left, int leftRow, NamedValues right, int rightRow)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        if (left.Count != right.Count)
        {
            return false;
        }

        for (int i = 0; i < left.Count; i++)
        {
            if (!right.TryGetValue(left.GetAt(i).Key, out ModelValue? other) || other is not TensorValue two || !RowEquality.AreEqual(Tensor(left, i), leftRow, two, rightRow))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Hashes every row over the values of the given names, in the order of the names and including them; see <see cref="RowHash"/>.</summary>
    /// <param name="values">The batch; values with other names are ignored. A missing value is hashed as missing.</param>
    /// <param name="names">The names, in the same order for all hashes that are compared.</param>
    /// <param name="hashes">The seeds, which are replaced by the hashes; one for each row.</param>
    public static void Hash(NamedValues values, ReadOnlySpan<string> names, Span<UInt128> hashes)
    {
        ArgumentNullException.ThrowIfNull(values);
        for (int n = 0; n < names.Length; n++)
        {
            string name = names[n];
            UInt128 nameHash = RowHash.OfBytes(System.Runtime.InteropServices.MemoryMarshal.AsBytes(name.AsSpan()));
            for (int i = 0; i < hashes.Length; i++)
            {
                hashes[i] ^= nameHash;
            }

            if (values.TryGetValue(name, out ModelValue? value))
            {
                RowHash.Continue(value as TensorValue ?? throw NotATensor(name, value), 0, hashes);
            }
        }
    }

    private static TensorValue Tensor(NamedValues values, int index) =>
        values.GetAt(index).Value as TensorValue ?? throw NotATensor(values.GetAt(index).Key, values.GetAt(index).Value);

    private static InvalidInputException NotATensor(string name, ModelValue value) =>
        new($"The value '{name}' is a {value.Kind}; expected a tensor with rows along axis 0. Run the model without batching.");

    [DoesNotReturn]
    private static void ThrowNoBatch(NamedValues values)
    {
        if (values.Count == 0)
        {
            throw new InvalidInputException("There are no values; expected at least one tensor with rows along axis 0.");
        }

        string list = string.Join(", ", values.Select(v => $"'{v.Key}': {v.Value}"));
        throw new InvalidInputException($"The values do not form a batch: expected tensors with the same size of axis 0, got {list}. Give every value one row for each item.");
    }
}
