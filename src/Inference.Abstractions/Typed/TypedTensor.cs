namespace Inference;

/// <summary>A tensor whose element type is known when the program is compiled: a view, which lives as long as <see cref="Value"/>.</summary>
/// <typeparam name="T">The memory form of its elements.</typeparam>
public readonly struct TypedTensor<T>
{
    private readonly TensorValue? _value;

    /// <summary>Looks at a tensor; takes no reference.</summary>
    /// <param name="value">A tensor of <typeparamref name="T"/>.</param>
    /// <exception cref="InferenceException">Its elements are not <typeparamref name="T"/>.</exception>
    public TypedTensor(TensorValue value)
    {
        ArgumentNullException.ThrowIfNull(value);
        _value = value;
        if (!ElementTypes.TryOf<T>(out ElementType type) || type != value.ElementType)
        {
            throw new InferenceException($"The tensor {value} was taken for one of {typeof(T).Name}; its elements are {value.ElementType.Name()}. Name its own type.");
        }
    }

    /// <summary>The tensor itself; <see cref="TensorValue.Retain"/> it to keep it longer than what it was taken from.</summary>
    /// <exception cref="InferenceException">This is the default of the type, which shows no tensor.</exception>
    public TensorValue Value => _value ?? throw new InferenceException($"A default TypedTensor<{typeof(T).Name}> shows no tensor. Make it from one.");

    /// <summary>The elements, row-major.</summary>
    /// <exception cref="ObjectDisposedException">The last reference to the tensor is gone.</exception>
    public ReadOnlySpan<T> Span => Value.AsSpan<T>();

    /// <summary>The dimensions, outermost first; empty for a scalar.</summary>
    public ReadOnlySpan<long> Shape => Value.Shape;

    /// <summary>The elements of one row along axis 0.</summary>
    /// <param name="row">The row, from 0.</param>
    /// <exception cref="InferenceException">The tensor is a scalar.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer rows.</exception>
    /// <exception cref="ObjectDisposedException">The last reference to the tensor is gone.</exception>
    public ReadOnlySpan<T> Row(int row)
    {
        ReadOnlySpan<long> shape = Shape;
        if (shape.IsEmpty)
        {
            throw new InferenceException($"A row was asked of a scalar, {Value}; expected a tensor of one dimension or more. Read Span.");
        }

        if (row < 0 || row >= shape[0])
        {
            throw new ArgumentOutOfRangeException(nameof(row), row, $"{Value} has the rows 0 to {shape[0] - 1}.");
        }

        ReadOnlySpan<T> elements = Span;
        int width = elements.Length / (int)shape[0];
        return elements.Slice(row * width, width);
    }

    /// <summary>A copy of the elements, row-major.</summary>
    public T[] ToArray() => Span.ToArray();

    /// <summary>The elements, row-major: <see cref="Span"/>.</summary>
    public static implicit operator ReadOnlySpan<T>(TypedTensor<T> tensor) => tensor.Span;

    /// <inheritdoc/>
    public override string ToString() => _value?.ToString() ?? "";
}
