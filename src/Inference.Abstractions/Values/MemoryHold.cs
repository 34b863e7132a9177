namespace Inference;

/// <summary>Keeps a tensor's memory from being given to others while a copy of it is made; where there is nothing to keep, it does nothing. Not for addresses: see <see cref="TensorPin"/>.</summary>
internal readonly ref struct MemoryHold
{
    private readonly TensorValue? _tensor;

    /// <exception cref="ObjectDisposedException">The tensor's last reference is gone.</exception>
    public unsafe MemoryHold(TensorValue tensor) => _tensor = tensor.TryHold(out _) ? tensor : null;

    public void Dispose() => _tensor?.EndHold();
}
