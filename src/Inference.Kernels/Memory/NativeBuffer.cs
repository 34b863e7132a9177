namespace Inference.Kernels.Memory;

/// <summary>
/// Owner of a block of native memory, aligned to 64 bytes. Readers on any number of threads may share it; it must not be
/// disposed while one of them uses <see cref="Pointer"/>. A buffer that was not disposed is freed by its finalizer. Freed memory is zeroed.
/// </summary>
internal sealed unsafe class NativeBuffer : IDisposable
{
    /// <summary>Alignment of every buffer, bytes: a cache line, and the widest vector.</summary>
    public const int Alignment = 64;

    private byte* _pointer;

    /// <summary>Allocates <paramref name="length"/> zeroed bytes.</summary>
    /// <param name="length">Bytes, 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="length"/> is negative.</exception>
    /// <exception cref="OutOfMemoryException">The system has no such block.</exception>
    public NativeBuffer(nint length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        // One line beyond the end lets a kernel load a whole vector at the last element.
        _pointer = NativeAllocation.Allocate((nuint)length, Alignment);
        NativeAllocation.Clear(_pointer, (nuint)length);
        Length = length;
        NativeAllocation.Press(length);
    }

    /// <summary>Frees a buffer that was not disposed.</summary>
    ~NativeBuffer() => Free();

    /// <summary>Usable length, bytes. 64 readable zero bytes follow.</summary>
    public nint Length { get; }

    /// <summary>The first byte. Keep the buffer reachable (<see cref="GC.KeepAlive"/>) while the pointer is in use.</summary>
    /// <exception cref="ObjectDisposedException">The buffer was disposed.</exception>
    public byte* Pointer
    {
        get
        {
            ObjectDisposedException.ThrowIf(_pointer == null, this);
            return _pointer;
        }
    }

    /// <summary>Frees the memory. Calling it again does nothing.</summary>
    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        byte* pointer = _pointer;
        if (pointer != null)
        {
            _pointer = null;

            // Buffers hold weights, which may be those of an encrypted model.
            NativeAllocation.Clear(pointer, (nuint)Length);
            NativeAllocation.Free(pointer);
            NativeAllocation.Relieve(Length);
        }
    }
}
