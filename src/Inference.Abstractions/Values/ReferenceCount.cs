using System.Diagnostics.CodeAnalysis;

namespace Inference;

/// <summary>
/// An atomic reference count that never rises again from zero, with two pin counts: one for addresses taken by users, and one for runs that read the
/// memory. The memory is free when all three are zero. Surplus releases of references never release a pin, and user pins are never counted as runs.
/// </summary>
internal struct ReferenceCount
{
    // Where each count begins: references have 32 bits, pins 16 and runs 15.
    private const int References = 0;
    private const int Pins = 32;
    private const int Runs = 48;
    private const long MostReferences = uint.MaxValue;
    private const long MostPins = ushort.MaxValue;
    private const long MostRuns = (long)short.MaxValue;

    private long _state;

    public ReferenceCount() => _state = 1;

    public readonly bool IsZero => (uint)Volatile.Read(in _state) == 0;

    public readonly bool IsShared => (uint)Volatile.Read(in _state) > 1;

    /// <summary>Adds a reference.</summary>
    /// <exception cref="ObjectDisposedException">The last reference was released.</exception>
    public void Increment(object owner) => Add(owner, References, MostReferences);

    /// <summary>Releases a reference; true for the call after which the memory is free.</summary>
    public bool Decrement() => Take(References, MostReferences);

    /// <summary>Holds the memory for a user of its address.</summary>
    /// <exception cref="ObjectDisposedException">The last reference was released.</exception>
    public void AddPin(object owner) => Add(owner, Pins, MostPins);

    /// <summary>Ends what <see cref="AddPin"/> began; true for the call after which the memory is free.</summary>
    public bool RemovePin() => Take(Pins, MostPins);

    /// <summary>Holds the memory for a run.</summary>
    /// <exception cref="ObjectDisposedException">The last reference was released.</exception>
    public void AddRun(object owner) => Add(owner, Runs, MostRuns);

    /// <summary>Ends what <see cref="AddRun"/> began; true for the call after which the memory is free.</summary>
    public bool RemoveRun() => Take(Runs, MostRuns);

    public readonly void ThrowIfZero(object owner)
    {
        if (IsZero)
        {
            ThrowDisposed(owner);
        }
    }

    [DoesNotReturn]
    public static void ThrowDisposed(object owner) => throw new ObjectDisposedException(owner.GetType().Name,
        "The value was disposed: its last reference was released. Call Retain() to keep a value beyond its owner's Dispose().");

    private void Add(object owner, int at, long most)
    {
        long state = Volatile.Read(ref _state);
        while (true)
        {
            if ((uint)state == 0)
            {
                ThrowDisposed(owner);
            }

            // A saturated count is never decremented: the memory is then left to the garbage collector.
            if (((state >> at) & most) == most)
            {
                return;
            }

            long seen = Interlocked.CompareExchange(ref _state, state + (1L << at), state);
            if (seen == state)
            {
                return;
            }

            state = seen;
        }
    }

    private bool Take(int at, long most)
    {
        long state = Volatile.Read(ref _state);
        while (true)
        {
            long count = (state >> at) & most;
            if (count == 0 || count == most)
            {
                return false;
            }

            long seen = Interlocked.CompareExchange(ref _state, state - (1L << at), state);
            if (seen == state)
            {
                return state == 1L << at;
            }

            state = seen;
        }
    }
}
