using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Inference.Monitoring.Collection;

/// <summary>An array whose first element lies at a multiple of 64 bytes, so that no vector crosses a cache line. The memory is pinned and zero.</summary>
internal sealed class AlignedArray<T>
    where T : unmanaged
{
    private const int Alignment = 64;
    private readonly T[] _items;
    private readonly int _start;

    public unsafe AlignedArray(int length)
    {
        _items = GC.AllocateArray<T>(length + (Alignment / sizeof(T)), pinned: true);
        long address = (long)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_items));
        _start = (int)(((Alignment - (address % Alignment)) % Alignment) / sizeof(T));
        Length = length;
    }

    public int Length { get; }

    public Span<T> Span => _items.AsSpan(_start, Length);

    public ref T First => ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_items), _start);
}
