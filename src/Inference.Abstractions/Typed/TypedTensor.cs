namespace Inference;

/// <summary>A view of a tensor whose element type is known at compile time; valid as long as <see cref="Value"/>.</summary>
/// <typeparam name="T">The .NET type of its elements.</typeparam>
public readonly struct TypedTensor<T>
{
    private readonly TensorValue? _value;

    /// <summary>Creates a view of a tensor without adding a reference.</summary>
    /// <param name="value">A tensor whose elements are <typeparamref name="T"/>.</param>
    /// <exception cref="InferenceException">The elements are not <typeparamref name="T"/>.</exception>
    public TypedTensor(TensorValue value)
    {
        ArgumentNullException.ThrowIfNull(value);
        _value = value;
        if (!ElementTypes.TryOf<T>(out ElementType type) || type != value.ElementType)
        {
            throw new InferenceException($"The tensor {value} was accessed as {typeof(T).Name}; its elements are {value.ElementType.Name()}. Use the matching type.");
        }
    }

    /// <summary>The tensor; call <see cref="TensorValue.Retain"/> to keep it longer than the result it belongs to.</summary>
    /// <exception cref="InferenceException">This is a default value, which has no tensor.</exception>
    public TensorValue Value => _value ?? throw new InferenceException($"A default TypedTensor<{typeof(T).Name}> has no tensor. Create it from a tensor.");

    /// <summary>The elements, row-major.</summary>
    /// <exception cref="ObjectDisposedException">The tensor was disposed.</exception>
    public ReadOnlySpan<T> Span => Value.AsSpan<T>();

    /// <summary>The dimensions, outermost first; empty for a scalar.</summary>
    public ReadOnlySpan<long> Shape => Value.Shape;

    /// <summary>The elements of one row along axis 0.</summary>
    /// <param name="row">The row, from 0.</param>
    /// <exception cref="InferenceException">The tensor is a scalar.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The row does not exist.</exception>
    /// <exception cref="ObjectDisposedException">The tensor was disposed.</exception>
    public ReadOnlySpan<T> Row(int row)
    {
        ReadOnlySpan<long> shape = Shape;
        if (shape.IsEmpty)
        {
            throw new InferenceException($"A row of a scalar, {Value}, was requested; expected a tensor of rank 1 or more. Read Span.");
        }

        if (row < 0 || row >= shape[0])
        {
            throw new ArgumentOutOfRangeException(nameof(row), row, $"{Value} has the rows 0 to {shape[0] - 1}.");
        }

        ReadOnlySpan<T> elements = Span;
        int width = elements.Length / (int)shape[0];
        return elements.Slice(row * width, width);
    }

    /// <summary>Returns a copy of the elements, row-major.</summary>
    public T[] ToArray() => Span.ToArray();

    /// <summary>The elements, row-major: <see cref="Span"/>.</summary>
    public static implicit operator ReadOnlySpan<T>(TypedTensor<T> tensor) => tensor.Span;

    /// <inheritdoc/>
    public override string ToString() => _value?.ToString() ?? "";
}
