namespace Inference;

/// <summary>A value that may be absent; owns a reference to the value it contains.</summary>
/// <param name="value">The value, whose ownership is taken; null if absent.</param>
public sealed class OptionalValue(ModelValue? value) : ModelValue
{
    private ReferenceCount _references = new();

    /// <inheritdoc/>
    public override ModelValueKind Kind => ModelValueKind.Optional;

    /// <summary>Whether a value is present.</summary>
    public bool HasValue => value is not null;

    /// <summary>The value, or null if absent; owned by the optional.</summary>
    public ModelValue? Value
    {
        get
        {
            _references.ThrowIfZero(this);
            return value;
        }
    }

    /// <inheritdoc/>
    public override OptionalValue Retain()
    {
        _references.Increment(this);
        return this;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        if (_references.Decrement())
        {
            value?.Dispose();
        }
    }
}
