#if GUARD_PAGES
using Inference.Guarding;
#else
using System.Runtime.InteropServices;
#endif

namespace Inference.Kernels.Tests;

/// <summary>
/// Native memory with a zone of NaN bits (all ones) on both sides, so that a read beyond the ends shows in the result and a
/// write beyond them shows in <see cref="AssertIntact"/>. In the guard-page flavour both fault.
/// </summary>
internal sealed unsafe class NativeArray<T> : IDisposable
    where T : unmanaged
{
#if GUARD_PAGES
    public NativeArray(nint length, nint offset = 0)
    {
        Length = length;
        Pointer = (T*)GuardedAllocator.Allocate(length * sizeof(T));
    }
#else
    private const int Zone = 256;
    private readonly byte* _base;
    private readonly nint _bytes;

    public NativeArray(nint length, nint offset = 0)
    {
        Length = length;
        _bytes = length * sizeof(T);
        nint start = Zone + (offset * sizeof(T));
        _base = (byte*)NativeMemory.AlignedAlloc((nuint)(start + _bytes + Zone), 64);
        new Span<byte>(_base, checked((int)(start + _bytes + Zone))).Fill(0xFF);
        Pointer = (T*)(_base + start);
    }
#endif

    public T* Pointer { get; }

    public nint Length { get; }

    public Span<T> Span => new(Pointer, (int)Length);

    public T this[nint i] => Pointer[i];

    public static NativeArray<T> Of(ReadOnlySpan<T> values)
    {
        var array = new NativeArray<T>(values.Length);
        values.CopyTo(array.Span);
        return array;
    }

#if GUARD_PAGES
    public void AssertIntact()
    {
        GuardedAllocator.Check("kernel");
        Assert.Empty(GuardedAllocator.TakeDamage());
    }

    public void Dispose() => GuardedAllocator.Free(Pointer);
#else
    public void AssertIntact()
    {
        Assert.Equal(-1, new ReadOnlySpan<byte>(_base, (int)((byte*)Pointer - _base)).IndexOfAnyExcept((byte)0xFF));
        Assert.Equal(-1, new ReadOnlySpan<byte>((byte*)Pointer + _bytes, Zone).IndexOfAnyExcept((byte)0xFF));
    }

    public void Dispose() => NativeMemory.AlignedFree(_base);
#endif
}
