using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Inference.Monitoring.Collection;

/// <summary>An array whose first element lies at a multiple of 64 bytes, so that no vector crosses a cache line. The memory is pinned and zero.</summary>
internal sealed class AlignedArray<T>
    where T : unmanaged
{
    private const int Alignment = 64;
    private const int Page = 4096;
    private readonly T[] _items;
    private readonly int _start;

    public unsafe AlignedArray(int length)
    {
        _items = GC.AllocateArray<T>(length + (Alignment / sizeof(T)), pinned: true);
        long address = (long)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_items));
        _start = (int)(((Alignment - (address % Alignment)) % Alignment) / sizeof(T));
        Length = length;
    }

    /// <summary>An array whose first element lies at an address of a given remainder modulo 4,096.</summary>
    /// <param name="length">The number of elements.</param>
    /// <param name="remainder">The remainder, a multiple of the size of an element.</param>
    public unsafe AlignedArray(int length, int remainder)
    {
        _items = GC.AllocateArray<T>(length + (Page / sizeof(T)), pinned: true);
        long address = (long)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_items));
        _start = (int)((((remainder - address) % Page) + Page) % Page / sizeof(T));
        Length = length;
    }

    /// <summary>The address of the first element modulo 4,096.</summary>
    public unsafe int Remainder => (int)((long)Unsafe.AsPointer(ref First) % Page);

    public int Length { get; }

    public Span<T> Span => _items.AsSpan(_start, Length);

    public ref T First => ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_items), _start);
}
