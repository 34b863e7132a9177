using System.Runtime.CompilerServices;
using Inference.Kernels.Threading;

namespace Inference.Kernels.Memory;

/// <summary>
/// Scratch memory of the calling thread: 64-byte aligned, native, contents undefined. Use with <c>using</c>, nested scopes
/// only; after the first calls on a thread it costs a pointer bump. Must be disposed on the thread that made it.
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
internal readonly unsafe ref struct AlignedScratch<T> : IDisposable
    where T : unmanaged
{
    // What is smaller does not count against a run's limit of memory, which is checked in megabytes.
    private const int ClaimedBytes = 1 << 18;
    private readonly nuint _mark;

    /// <summary>Rents room for <paramref name="count"/> elements.</summary>
    /// <param name="count">Elements, 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is negative.</exception>
    public AlignedScratch(nint count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (count > ClaimedBytes / sizeof(T))
        {
            Claim(count);
        }

        ScratchArena arena = ScratchArena.Current;
        _mark = arena.Used;
        Pointer = (T*)arena.Rent((nuint)count * (nuint)sizeof(T));
        KernelAssert.Run(Pointer, count);
        Count = count;
    }

    /// <summary>The first element; valid until <see cref="Dispose"/>.</summary>
    public T* Pointer { get; }

    /// <summary>Elements rented.</summary>
    public nint Count { get; }

    /// <summary>The block as a span.</summary>
    public Span<T> Span => new(Pointer, checked((int)Count));

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        ScratchArena.Current.Return((byte*)Pointer, _mark);
        if (Count > ClaimedBytes / sizeof(T))
        {
            KernelControl.Current?.Release((long)Count * sizeof(T));
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Claim(nint count) => KernelControl.Current?.Claim(checked((long)count * sizeof(T)));
}
