using System.Runtime.InteropServices;
using Inference.Graph;

namespace Inference.Execution;

/// <summary>A 64-byte aligned block of native memory that can grow; contents undefined. One owner at a time.</summary>
internal sealed unsafe class NativeBlock : IDisposable
{
    private const int Alignment = 64;

    public byte* Data { get; private set; }

    public long Bytes { get; private set; }

    /// <summary>Makes sure of at least this many bytes; contents are lost when it grows.</summary>
    /// <exception cref="InferenceException">The memory cannot be had.</exception>
    public void Reserve(long bytes)
    {
        if (bytes <= Bytes)
        {
            return;
        }

        MemoryLimit.Check(bytes);
        Free();
        try
        {
            Data = (byte*)NativeMemory.AlignedAlloc((nuint)bytes, Alignment);
        }
        catch (OutOfMemoryException exception)
        {
            throw new InferenceException($"{bytes} bytes were needed for intermediate values, but the system has no such memory. Use smaller inputs.", exception);
        }

        Bytes = bytes;
        GC.AddMemoryPressure(bytes);
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    ~NativeBlock() => Free();

    private void Free()
    {
        if (Data is not null)
        {
            NativeMemory.AlignedFree(Data);
            GC.RemoveMemoryPressure(Bytes);
            Data = null;
            Bytes = 0;
        }
    }
}
