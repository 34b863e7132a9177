using System.Buffers;

namespace Inference;

/// <summary>
/// A tensor's memory held in place for a run: the only way from a tensor to an address that outlives one statement. From <see cref="Hold"/> to <see cref="Dispose"/>
/// the tensor stays reachable and its memory is neither moved nor reused, even if other threads dispose the tensor in the meantime.
/// </summary>
/// <remarks>Reusable for another tensor. Not thread-safe. If a pin is never disposed, the memory is left to the garbage collector.</remarks>
internal sealed unsafe class TensorPin : IDisposable
{
    private TensorValue? _tensor;
    private MemoryHandle _handle;
    private void* _address;
    private bool _held;

    /// <summary>Creates a pin that holds nothing.</summary>
    public TensorPin()
    {
    }

    /// <summary>Creates a pin that holds a tensor; see <see cref="Hold"/>.</summary>
    public TensorPin(TensorValue tensor) => Hold(tensor);

    /// <summary>The tensor held; null for none.</summary>
    public TensorValue? Tensor => _tensor;

    /// <summary>The address of the first element; null if nothing is held or a borrowed tensor has no elements.</summary>
    public void* Address => _address;

    /// <summary>Releases the tensor held and holds this one.</summary>
    /// <param name="tensor">Any tensor except one of strings.</param>
    /// <exception cref="InferenceException">The tensor holds strings.</exception>
    /// <exception cref="ObjectDisposedException">The tensor was disposed.</exception>
    public void Hold(TensorValue tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        Dispose();
        _held = tensor.TryHold(out void* address);
        if (!_held)
        {
            _handle = tensor.Pin();
            address = _handle.Pointer;
        }

        _address = address;
        _tensor = tensor;
    }

    /// <summary>Releases the tensor.</summary>
    public void Dispose()
    {
        if (_tensor is not { } tensor)
        {
            return;
        }

        _tensor = null;
        _address = null;
        if (_held)
        {
            _held = false;
            tensor.EndHold();
        }
        else
        {
            MemoryHandle handle = _handle;
            _handle = default;
            handle.Dispose();
            GC.KeepAlive(tensor);
        }
    }
}
