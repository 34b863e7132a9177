using System.Numerics;

namespace Inference.Monitoring.Feedback;

/// <summary>
/// A bounded queue of slots that are reused: any number of threads add, one takes. Adding neither waits nor allocates once a slot's arrays are large enough.
/// Slot i mod n is free for position p if its turn is p, and full if its turn is p + 1 (D. Vyukov's bounded queue).
/// </summary>
internal sealed class PredictionRing
{
    private readonly PredictionSlot[] _slots;
    private readonly int _mask;
    private PaddedPosition _tail;
    private PaddedPosition _head;

    /// <param name="capacity">The number of slots; rounded up to a power of two.</param>
    public PredictionRing(int capacity)
    {
        _slots = new PredictionSlot[BitOperations.RoundUpToPowerOf2((uint)capacity)];
        _mask = _slots.Length - 1;
        for (int i = 0; i < _slots.Length; i++)
        {
            _slots[i] = new PredictionSlot { Turn = i };
        }
    }

    /// <summary>The slots that are full, or being filled.</summary>
    public long Count => Math.Max(Volatile.Read(ref _tail.Value) - Volatile.Read(ref _head.Value), 0);

    public int Capacity => _slots.Length;

    /// <summary>Takes a free slot to fill; <see cref="Publish"/> must follow.</summary>
    /// <param name="position">Its position.</param>
    /// <returns>Null if the ring is full.</returns>
    public PredictionSlot? TryClaim(out long position)
    {
        position = Volatile.Read(ref _tail.Value);
        while (true)
        {
            PredictionSlot slot = _slots[(int)position & _mask];
            long turn = Volatile.Read(ref slot.Turn);
            if (turn == position)
            {
                long seen = Interlocked.CompareExchange(ref _tail.Value, position + 1, position);
                if (seen == position)
                {
                    return slot;
                }

                position = seen;
            }
            else if (turn < position)
            {
                return null;
            }
            else
            {
                position = Volatile.Read(ref _tail.Value);
            }
        }
    }

    /// <summary>Makes a filled slot visible.</summary>
    public static void Publish(PredictionSlot slot, long position) => Volatile.Write(ref slot.Turn, position + 1);

    /// <summary>Takes the oldest slot, if there is one; <see cref="Release"/> must follow. For one thread. A slot that is being filled is waited for: the thread that fills it does nothing else.</summary>
    public PredictionSlot? TryTake()
    {
        if (_head.Value >= Volatile.Read(ref _tail.Value))
        {
            return null;
        }

        PredictionSlot slot = _slots[(int)_head.Value & _mask];
        var spin = new SpinWait();
        while (Volatile.Read(ref slot.Turn) != _head.Value + 1)
        {
            spin.SpinOnce();
        }

        return slot;
    }

    /// <summary>Frees the slot that was taken.</summary>
    public void Release(PredictionSlot slot)
    {
        long position = _head.Value;
        Volatile.Write(ref _head.Value, position + 1);
        Volatile.Write(ref slot.Turn, position + _slots.Length);
    }

    // Apart from its neighbours: 128 bytes are two cache lines, which are fetched as a pair.
    [System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Explicit, Size = 256)]
    private struct PaddedPosition
    {
        [System.Runtime.InteropServices.FieldOffset(128)]
        public long Value;
    }
}
