namespace Inference;

/// <summary>An ordered list of values of one type; owns a reference to each item.</summary>
public sealed class SequenceValue : ModelValue
{
    private readonly ModelValue[] _items;
    private ReferenceCount _references = new();

    /// <summary>Creates a sequence that takes ownership of the caller's reference to each item.</summary>
    /// <param name="items">The items, in order.</param>
    /// <param name="elementType">The element type of the tensors in the sequence; required to type an empty sequence.</param>
    public SequenceValue(IEnumerable<ModelValue> items, ElementType elementType = ElementType.Undefined)
    {
        ArgumentNullException.ThrowIfNull(items);
        _items = [.. items];
        ElementType = elementType != ElementType.Undefined ? elementType : _items.OfType<TensorValue>().FirstOrDefault()?.ElementType ?? ElementType.Undefined;
    }

    /// <inheritdoc/>
    public override ModelValueKind Kind => ModelValueKind.Sequence;

    /// <summary>The element type of the tensors in the sequence; undefined if the items are not tensors or the sequence is empty.</summary>
    public ElementType ElementType { get; }

    /// <summary>The number of items.</summary>
    public int Count => _items.Length;

    /// <summary>The items; owned by the sequence.</summary>
    public IReadOnlyList<ModelValue> Items
    {
        get
        {
            _references.ThrowIfZero(this);
            return _items;
        }
    }

    /// <summary>The item at <paramref name="index"/>; owned by the sequence.</summary>
    public ModelValue this[int index] => Items[index];

    /// <inheritdoc/>
    public override SequenceValue Retain()
    {
        _references.Increment(this);
        return this;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        if (_references.Decrement())
        {
            foreach (ModelValue item in _items)
            {
                item.Dispose();
            }
        }
    }
}
