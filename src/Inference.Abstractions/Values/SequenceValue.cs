namespace Inference;

/// <summary>An ordered list of values of one type; owns a reference to each element.</summary>
public sealed class SequenceValue : ModelValue
{
    private readonly ModelValue[] _items;
    private ReferenceCount _references = new();

    /// <summary>Makes a sequence that takes over the caller's reference to each item.</summary>
    /// <param name="items">The elements, in order.</param>
    /// <param name="elementType">The tensor element type of the items; needed to type an empty sequence.</param>
    public SequenceValue(IEnumerable<ModelValue> items, ElementType elementType = ElementType.Undefined)
    {
        ArgumentNullException.ThrowIfNull(items);
        _items = [.. items];
        ElementType = elementType != ElementType.Undefined ? elementType : _items.OfType<TensorValue>().FirstOrDefault()?.ElementType ?? ElementType.Undefined;
    }

    /// <inheritdoc/>
    public override ModelValueKind Kind => ModelValueKind.Sequence;

    /// <summary>Element type of the tensors inside; undefined where the items are not tensors or there are none.</summary>
    public ElementType ElementType { get; }

    /// <summary>The number of elements.</summary>
    public int Count => _items.Length;

    /// <summary>The elements; they belong to the sequence.</summary>
    public IReadOnlyList<ModelValue> Items
    {
        get
        {
            _references.ThrowIfZero(this);
            return _items;
        }
    }

    /// <summary>Element <paramref name="index"/>; belongs to the sequence.</summary>
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
