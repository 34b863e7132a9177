namespace Inference;

/// <summary>Prevents a tensor's memory from being reused while it is copied; does nothing if there is nothing to hold. Not for addresses: see <see cref="TensorPin"/>.</summary>
internal readonly ref struct MemoryHold
{
    private readonly TensorValue? _tensor;

    /// <exception cref="ObjectDisposedException">The tensor was disposed.</exception>
    public unsafe MemoryHold(TensorValue tensor) => _tensor = tensor.TryHold(out _) ? tensor : null;

    public void Dispose() => _tensor?.EndHold();
}
