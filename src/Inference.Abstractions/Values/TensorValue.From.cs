namespace Inference;

public abstract partial class TensorValue
{
    /// <summary>Creates a tensor without dimensions that holds one element.</summary>
    /// <param name="value">The element; a string must not be null.</param>
    /// <exception cref="NotSupportedException">No element type has this .NET type.</exception>
    public static TensorValue Scalar<T>(T value) => From(new ReadOnlySpan<T>(in value), []);

    /// <summary>Creates a tensor of shape [1] that holds one text.</summary>
    /// <param name="text">The text.</param>
    public static TensorValue From(string text) => From(new ReadOnlySpan<string>(in text), [1]);

    /// <summary>Copies elements into a tensor of one dimension: <c>[N]</c>.</summary>
    /// <param name="values">The elements; strings must not be null.</param>
    /// <exception cref="InferenceException">A string is null.</exception>
    /// <exception cref="NotSupportedException">No element type has this .NET type.</exception>
    public static TensorValue From<T>(ReadOnlySpan<T> values) => From(values, [values.Length]);

    /// <summary>Copies the elements of an array; see <see cref="From{T}(ReadOnlySpan{T})"/>.</summary>
    public static TensorValue From<T>(T[] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return From(new ReadOnlySpan<T>(values), [values.Length]);
    }

    /// <summary>Copies the elements of a list; see <see cref="From{T}(ReadOnlySpan{T})"/>.</summary>
    public static TensorValue From<T>(IReadOnlyList<T> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return From(new ReadOnlySpan<T>([.. values]), [values.Count]);
    }

    /// <summary>Copies rows of one length into a tensor of two dimensions: <c>[N,L]</c>; <c>[0,0]</c> for no rows.</summary>
    /// <param name="rows">The rows: arrays or lists, such as <c>float[][]</c> or <c>List&lt;long[]&gt;</c>.</param>
    /// <exception cref="InvalidInputException">The rows have different lengths; the message names the first that differs.</exception>
    /// <exception cref="InferenceException">A string is null.</exception>
    /// <exception cref="NotSupportedException">No element type has this .NET type.</exception>
    public static TensorValue FromRows<T>(IReadOnlyList<IReadOnlyList<T>> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        int length = rows.Count == 0 ? 0 : rows[0].Count;
        var values = new T[checked(rows.Count * length)];
        for (int i = 0; i < rows.Count; i++)
        {
            IReadOnlyList<T> row = rows[i];
            if (row.Count != length)
            {
                throw new InvalidInputException($"Row {i} of {rows.Count}: expected {length} elements as in row 0, got {row.Count}. Pad the rows to one length, or run them separately.")
                {
                    Expected = $"{length} elements",
                    Actual = $"{row.Count} elements",
                };
            }

            for (int j = 0; j < length; j++)
            {
                values[(i * length) + j] = row[j];
            }
        }

        return From(new ReadOnlySpan<T>(values), [rows.Count, length]);
    }

    private static TensorValue From<T>(ReadOnlySpan<T> values, ReadOnlySpan<long> shape)
    {
        if (typeof(T) == typeof(string))
        {
            for (int i = 0; i < values.Length; i++)
            {
                if (values[i] is null)
                {
                    throw new InferenceException($"Element {i} of {values.Length}: expected a text, got null. Pass an empty text instead.");
                }
            }
        }

        return Copy(values, shape);
    }
}
