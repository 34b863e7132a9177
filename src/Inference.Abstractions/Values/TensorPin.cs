using System.Buffers;

namespace Inference;

/// <summary>
/// A tensor's memory held in place for a run: the only way from a tensor to an address that outlives one statement. From <see cref="Hold"/> to <see cref="Dispose"/>
/// the tensor stays reachable and its memory is neither moved nor given to anybody else, even where other threads dispose the tensor meanwhile.
/// </summary>
/// <remarks>May be used again for another tensor. One thread at a time. A pin that is forgotten leaves the memory to the garbage collector.</remarks>
internal sealed unsafe class TensorPin : IDisposable
{
    private TensorValue? _tensor;
    private MemoryHandle _handle;
    private void* _address;
    private bool _held;

    /// <summary>Makes a pin that holds nothing.</summary>
    public TensorPin()
    {
    }

    /// <summary>Makes a pin that holds a tensor; see <see cref="Hold"/>.</summary>
    public TensorPin(TensorValue tensor) => Hold(tensor);

    /// <summary>The tensor that is held; null for none.</summary>
    public TensorValue? Tensor => _tensor;

    /// <summary>The address of the first element; null where nothing is held, and where a borrowed tensor has no elements.</summary>
    public void* Address => _address;

    /// <summary>Lets go of what was held and holds this tensor.</summary>
    /// <param name="tensor">Any tensor but one of strings.</param>
    /// <exception cref="InferenceException">The tensor holds strings.</exception>
    /// <exception cref="ObjectDisposedException">The tensor's last reference is gone.</exception>
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

    /// <summary>Lets go of the tensor.</summary>
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
