using Inference.Kernels.Memory;

namespace Inference.Ir;

/// <summary>A 64-byte aligned block of native memory that can grow; contents undefined. One owner at a time. The only place of this project that asks for native memory, which the kernels' project allocates.</summary>
internal sealed unsafe class NativeBlock : IDisposable
{
    public byte* Data { get; private set; }

    public long Bytes { get; private set; }

    /// <summary>Makes sure of at least this many bytes; contents are lost when it grows.</summary>
    /// <exception cref="InferenceException">The memory cannot be had.</exception>
    public void Reserve(long bytes)
    {
        if (CanHold(bytes))
        {
            return;
        }

        Free();
        try
        {
            Data = Allocate(bytes);
        }
        catch (OutOfMemoryException exception)
        {
            throw new InferenceException($"{bytes} bytes were requested for intermediate values, but the system cannot provide them. Use smaller inputs.", exception);
        }

        Bytes = bytes;
        NativeAllocation.Press(bytes);
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    ~NativeBlock() => Free();

    /// <summary>Gives the memory back; <see cref="Reserve"/> gets new one.</summary>
    public void Free()
    {
        if (Data is not null)
        {
            Release(Data);
            NativeAllocation.Relieve(Bytes);
            Data = null;
            Bytes = 0;
        }
    }

#if GUARD_PAGES
    // Every request gets a separate block of the exact size.
    private static bool CanHold(long _) => false;

    private static byte* Allocate(long bytes) => (byte*)Guarding.GuardedAllocator.Allocate(bytes);

    private static void Release(byte* data) => Guarding.GuardedAllocator.Free(data);
#else

    private bool CanHold(long bytes) => bytes <= Bytes;

    private static byte* Allocate(long bytes) => NativeAllocation.Allocate((nuint)bytes);

    private static void Release(byte* data) => NativeAllocation.Free(data);
#endif
}
