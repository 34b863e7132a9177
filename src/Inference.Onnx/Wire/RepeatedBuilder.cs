namespace Inference.Onnx.Wire;

/// <summary>
/// Grows an array while a repeated field is read. Memory is allocated only for elements known to be in the remaining bytes, or by doubling, never for a declared count.
/// </summary>
internal struct RepeatedBuilder<T>(T[] start)
{
    private T[] _items = start;
    private int _count = start.Length;

    /// <summary>Appends room for exactly <paramref name="count"/> items and returns it.</summary>
    public Span<T> Append(int count)
    {
        if (_items.Length - _count < count)
        {
            var needed = checked(_count + count);
            Array.Resize(ref _items, _count == 0 ? needed : Math.Max(needed, (int)Math.Min(Array.MaxLength, 2L * _count)));
        }

        var room = _items.AsSpan(_count, count);
        _count += count;
        return room;
    }

    public T[] ToArray()
    {
        if (_count != _items.Length)
        {
            Array.Resize(ref _items, _count);
        }

        return _items;
    }
}
