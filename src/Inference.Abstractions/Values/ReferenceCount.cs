using System.Diagnostics.CodeAnalysis;

namespace Inference;

/// <summary>An atomic count of references that never comes back from zero.</summary>
internal struct ReferenceCount
{
    private int _count;

    public ReferenceCount() => _count = 1;

    public readonly bool IsZero => Volatile.Read(in _count) <= 0;

    public readonly bool IsShared => Volatile.Read(in _count) > 1;

    public void Increment(object owner)
    {
        int count = Volatile.Read(ref _count);
        while (true)
        {
            if (count <= 0)
            {
                ThrowDisposed(owner);
            }

            int seen = Interlocked.CompareExchange(ref _count, count + 1, count);
            if (seen == count)
            {
                return;
            }

            count = seen;
        }
    }

    /// <summary>Takes one off; true for the call that takes the last.</summary>
    public bool Decrement()
    {
        int count = Volatile.Read(ref _count);
        while (count > 0)
        {
            int seen = Interlocked.CompareExchange(ref _count, count - 1, count);
            if (seen == count)
            {
                return count == 1;
            }

            count = seen;
        }

        return false;
    }

    public readonly void ThrowIfZero(object owner)
    {
        if (_count <= 0)
        {
            ThrowDisposed(owner);
        }
    }

    [DoesNotReturn]
    private static void ThrowDisposed(object owner) => throw new ObjectDisposedException(owner.GetType().Name,
        "The value was disposed: its last reference is gone. Call Retain() to keep a value beyond its owner's Dispose().");
}
