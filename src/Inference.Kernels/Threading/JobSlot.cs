using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Inference.Kernels.Threading;

/// <summary>
/// One job at a time. <c>Claim</c> holds everything that a claimant needs before it may access the job: epoch (high 32
/// bits), joins left (8 bits), parts that workers took (12 bits), parts left (12 bits). A claim is one compare-and-swap on that word, so the thread that succeeds holds
/// an unfinished part, and the job's other fields stay put until that part is finished. The owner takes parts from the front and workers from the back: in jobs over the same memory, each then finds in its
/// processor's cache what it wrote before.
/// </summary>
internal sealed unsafe class JobSlot
{
    /// <summary>The most blocks of a job.</summary>
    public const int MaxBlocks = (1 << 24) - 1;

    // What 12 bits of a claim hold. More blocks are neighbours in one part.
    private const int MaxParts = (1 << 12) - 1;

    /// <summary>What 8 bits of a claim hold.</summary>
    public const int MaxJoins = 255;

    private const long OneJoin = 1L << 24;
    private const long OneFromBack = 1L << 12;

    // A part that another thread runs mostly ends within so many pauses; after them the owner offers its processor to others, which may be the thread that it waits for.
    private const int SpinsBeforeYield = 1000;

    private int _owned;
    private int _total;
    private int _blocks;
    private int _partBlocks;
    private int _failed;
    private delegate*<void*, int, void> _body;
    private void* _state;
    private Exception? _error;
    private KernelControl? _control;
    private uint _epoch;
    private int _ownParts;
    private long _ownTicks;
    private SharedState _shared;

    public bool HasWork => Joinable(Volatile.Read(ref _shared.Claim));

    public bool TryOwn() => Volatile.Read(ref _owned) == 0 && Interlocked.CompareExchange(ref _owned, 1, 0) == 0;

    public void Open(int blocks, delegate*<void*, int, void> body, void* state, int joins)
    {
        _blocks = blocks;
        _partBlocks = (blocks + MaxParts - 1) / MaxParts;
        _total = (blocks + _partBlocks - 1) / _partBlocks;
        _failed = 0;
        _ownParts = 0;
        _ownTicks = 0;
        _error = null;
        _control = KernelControl.Current;
        _body = body;
        _state = state;
        _shared.Finished = 0;
        _epoch++;
        // A full fence: workers that park after this see the claim, and the owner sees those that parked before.
        Interlocked.Exchange(ref _shared.Claim, ((long)_epoch << 32) | ((long)joins << 24) | (uint)_total);
    }

    /// <summary>Owner: runs one part; returns the time it took, times the parts left to claim.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public long RunOne()
    {
        long start = TimeProvider.System.GetTimestamp();
        long seen = Volatile.Read(ref _shared.Claim);
        while (PartsLeft(seen) > 0)
        {
            long found = Interlocked.CompareExchange(ref _shared.Claim, seen - 1, seen);
            if (found == seen)
            {
                RunPart(First(seen));
                _ownParts++;
                _ownTicks = TimeProvider.System.GetTimestamp() - start;
                return _ownTicks * PartsLeft(Volatile.Read(ref _shared.Claim));
            }

            seen = found;
        }

        return 0;
    }

    /// <summary>
    /// Owner: runs what is left, waits for parts already claimed, closes the job and reports its first failure.
    /// <paramref name="saved"/>: the time of the parts that workers ran less that of the wait for them; far below 0 where the system had taken a worker off its processor.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public Exception? Complete(out long saved)
    {
        long start = TimeProvider.System.GetTimestamp();
        _ownParts += Drain(_epoch, fromBack: false);
        long drained = TimeProvider.System.GetTimestamp();
        long part = (_ownTicks + drained - start) / Math.Max(_ownParts, 1);
        saved = (_total - _ownParts) * part;
        if (Volatile.Read(ref _shared.Finished) != _total)
        {
            for (int spins = 0; Volatile.Read(ref _shared.Finished) != _total; spins++)
            {
                if (spins < SpinsBeforeYield)
                {
                    Thread.SpinWait(1);
                }
                else
                {
                    Thread.Yield();
                }
            }

            saved -= TimeProvider.System.GetTimestamp() - drained;
        }

        Exception? error = _error;
        _error = null;
        _control = null;
        _state = null;
        Volatile.Write(ref _owned, 0);
        return error;
    }

    /// <summary>Worker: takes part in the job if it has room and parts left.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool TryJoin()
    {
        long seen = Volatile.Read(ref _shared.Claim);
        while (Joinable(seen))
        {
            long found = Interlocked.CompareExchange(ref _shared.Claim, seen - OneJoin - 1 + OneFromBack, seen);
            if (found == seen)
            {
                RunPart(Last(seen));
                Drain((uint)(seen >> 32), fromBack: true);
                return true;
            }

            seen = found;
        }

        return false;
    }

    private static bool Joinable(long claim) => PartsLeft(claim) > 0 && (claim & (MaxJoins * OneJoin)) != 0;

    private static int PartsLeft(long claim) => (int)claim & MaxParts;

    private static int FromBack(long claim) => (int)(claim >> 12) & MaxParts;

    // For the holder of a claim alone: the job is its own until the part is finished.
    private int First(long claim) => _total - FromBack(claim) - PartsLeft(claim);

    private int Last(long claim) => _total - 1 - FromBack(claim);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Drain(uint epoch, bool fromBack)
    {
        int count = 0;
        long seen = Volatile.Read(ref _shared.Claim);
        while ((uint)(seen >> 32) == epoch && PartsLeft(seen) > 0)
        {
            long found = Interlocked.CompareExchange(ref _shared.Claim, fromBack ? seen - 1 + OneFromBack : seen - 1, seen);
            if (found == seen)
            {
                count++;
                RunPart(fromBack ? Last(seen) : First(seen));
                found = Volatile.Read(ref _shared.Claim);
            }

            seen = found;
        }

        return count;
    }

    private void RunPart(int part)
    {
        if (Volatile.Read(ref _failed) == 0)
        {
            KernelControl? control = _control;
            using KernelControl.Scope scope = KernelControl.Enter(control);
            try
            {
                int end = (int)Math.Min(_blocks, (part + 1L) * _partBlocks);
                for (int block = part * _partBlocks; block < end && Volatile.Read(ref _failed) == 0; block++)
                {
                    if (control is { CanStop: true })
                    {
                        control.ThrowIfStopped();
                    }

                    _body(_state, block);
                }
            }
            catch (Exception error)
            {
                // The first failure is the one the caller sees.
                if (Interlocked.Exchange(ref _failed, 1) == 0)
                {
                    _error = error;
                }
            }
        }

        Interlocked.Increment(ref _shared.Finished);
    }

    // Two busy words, each alone on its pair of cache lines (pairs are fetched together).
    [StructLayout(LayoutKind.Explicit, Size = 384)]
    private struct SharedState
    {
        [FieldOffset(128)]
        public long Claim;

        [FieldOffset(256)]
        public int Finished;
    }
}
