namespace Inference.Kernels.Memory;

/// <summary>
/// A thread's stack of native scratch memory. Blocks are rented and returned in last-in first-out order; after warm-up a
/// rent is a pointer bump. Each block is 64-byte aligned and its contents are undefined.
/// </summary>
internal sealed unsafe class ScratchArena
{
    // A thread keeps no more than this between kernels; larger blocks go back to the system at once: what many threads keep stays within bounds.
    private const nuint RetainedLimit = 64 << 20;

    // A quarter of a second-level cache of 1 MB; an arena that was too small grows when it is empty.
    private const nuint FirstSize = 256 << 10;

    // Memory to be used again, nothing of the call: a block belongs to the thread that rented it until it is returned.
    [ThreadStatic]
    private static ScratchArena? t_current;

    private byte* _base;
    private nuint _size;
    private nuint _used;
    private nuint _wanted = FirstSize;

    ~ScratchArena() => NativeAllocation.Free(_base);

    public static ScratchArena Current => t_current ??= new ScratchArena();

    /// <summary>The number of bytes in use: the mark that <see cref="Return"/> restores.</summary>
    public nuint Used => _used;

    /// <summary>Rents <paramref name="bytes"/> bytes.</summary>
    public byte* Rent(nuint bytes)
    {
        if (NativeAllocation.IsExact)
        {
            return NativeAllocation.Allocate(bytes);
        }

        bytes = (bytes + 127) & ~(nuint)63;
        // An empty arena that was too small before grows now, whatever is asked for: its block can only change while nothing is rented.
        if (_used + bytes <= _size && (_used != 0 || _size >= _wanted))
        {
            byte* block = _base + _used;
            KernelAssert.Aligned(block, NativeBuffer.Alignment);
            _used += bytes;
            return block;
        }

        return RentSlow(bytes);
    }

    /// <summary>Returns the block that was rented when <see cref="Used"/> was <paramref name="mark"/>.</summary>
    public void Return(byte* block, nuint mark)
    {
        if (block >= _base && block < _base + _size)
        {
            _used = mark;
        }
        else
        {
            NativeAllocation.Free(block);
        }
    }

    private byte* RentSlow(nuint bytes)
    {
        _wanted = nuint.Max(_wanted, nuint.Min(RetainedLimit, 2 * (_used + bytes)));
        if (_used == 0 && bytes <= _wanted)
        {
            NativeAllocation.Free(_base);
            _base = null;
            _size = 0;
            _base = NativeAllocation.Allocate(_wanted);
            _size = _wanted;
            _used = bytes;
            return _base;
        }

        return NativeAllocation.Allocate(bytes);
    }
}
