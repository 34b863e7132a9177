namespace Inference;

/// <summary>A map from 64-bit integers or strings to values: keys and values as two parallel tensors of rank 1.</summary>
public sealed class MapValue : ModelValue
{
    private ReferenceCount _references = new();
    private readonly TensorValue _keys;
    private readonly TensorValue _values;

    /// <summary>Creates a map that takes ownership of the caller's references.</summary>
    /// <param name="keys">int64 or string, shape [n], without duplicates.</param>
    /// <param name="values">Any element type, shape [n].</param>
    /// <exception cref="InferenceException">The shapes differ, or the keys have another type.</exception>
    public MapValue(TensorValue keys, TensorValue values)
    {
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(values);
        if (keys.Rank != 1 || values.Rank != 1 || keys.ElementCount != values.ElementCount || keys.ElementType is not (ElementType.Int64 or ElementType.String))
        {
            throw new InferenceException($"A map requires int64 or string keys [n] and values [n]; got keys {keys} and values {values}.");
        }

        _keys = keys;
        _values = values;
    }

    /// <inheritdoc/>
    public override ModelValueKind Kind => ModelValueKind.Map;

    /// <summary>The keys, int64 or string, shape [n]; owned by the map.</summary>
    public TensorValue Keys
    {
        get
        {
            _references.ThrowIfZero(this);
            return _keys;
        }
    }

    /// <summary>The values, shape [n], in the order of the keys; owned by the map.</summary>
    public TensorValue Values
    {
        get
        {
            _references.ThrowIfZero(this);
            return _values;
        }
    }

    /// <summary>The number of entries.</summary>
    public int Count => (int)_keys.ElementCount;

    /// <inheritdoc/>
    public override MapValue Retain()
    {
        _references.Increment(this);
        return this;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        if (_references.Decrement())
        {
            _keys.Dispose();
            _values.Dispose();
        }
    }
}
