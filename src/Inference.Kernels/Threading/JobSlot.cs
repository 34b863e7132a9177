using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Inference.Kernels.Threading;

/// <summary>
/// One job at a time. <c>Claim</c> holds everything that a claimant needs before it may access the job: epoch (high 32
/// bits), joins left (8 bits), blocks left (24 bits). A claim is one compare-and-swap on that word, so the thread that succeeds holds
/// an unfinished block, and the job's other fields stay put until that block is finished.
/// </summary>
internal sealed unsafe class JobSlot
{
    /// <summary>What 24 bits of a claim hold.</summary>
    public const int MaxBlocks = (1 << 24) - 1;

    /// <summary>What 8 bits of a claim hold.</summary>
    public const int MaxJoins = 255;

    private const long OneJoin = 1L << 24;

    // A wait that the next time slice would explain, and a cache miss would not.
    private static readonly long s_patience = TimeProvider.System.TimestampFrequency * 200 / 1_000_000;

    // A block that another thread runs mostly ends within so many pauses; after them the owner offers its processor to others, which may be the thread that it waits for.
    private const int SpinsBeforeYield = 1000;

    private int _owned;
    private int _total;
    private int _failed;
    private delegate*<void*, int, void> _body;
    private void* _state;
    private Exception? _error;
    private KernelControl? _control;
    private uint _epoch;
    private int _ownBlocks;
    private long _ownTicks;
    private SharedState _shared;

    public bool HasWork => Joinable(Volatile.Read(ref _shared.Claim));

    public bool TryOwn() => Volatile.Read(ref _owned) == 0 && Interlocked.CompareExchange(ref _owned, 1, 0) == 0;

    public void Open(int blocks, delegate*<void*, int, void> body, void* state, int joins)
    {
        _total = blocks;
        _failed = 0;
        _ownBlocks = 0;
        _ownTicks = 0;
        _error = null;
        _control = KernelControl.Current;
        _body = body;
        _state = state;
        _shared.Finished = 0;
        _epoch++;
        // A full fence: workers that park after this see the claim, and the owner sees those that parked before.
        Interlocked.Exchange(ref _shared.Claim, ((long)_epoch << 32) | ((long)joins << 24) | (uint)blocks);
    }

    /// <summary>Owner: runs one block; returns the time it took, times the blocks left to claim.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public long RunOne()
    {
        long start = TimeProvider.System.GetTimestamp();
        long seen = Volatile.Read(ref _shared.Claim);
        while (BlocksLeft(seen) > 0)
        {
            long found = Interlocked.CompareExchange(ref _shared.Claim, seen - 1, seen);
            if (found == seen)
            {
                RunBlock(BlocksLeft(seen));
                _ownBlocks++;
                _ownTicks = TimeProvider.System.GetTimestamp() - start;
                return _ownTicks * BlocksLeft(Volatile.Read(ref _shared.Claim));
            }

            seen = found;
        }

        return 0;
    }

    /// <summary>
    /// Owner: runs what is left, waits for blocks already claimed, closes the job and reports its first failure.
    /// <paramref name="saved"/>: the time of the blocks that workers ran, or, where the wait was so much longer than a block takes that the system had taken a worker off its processor, minus that wait.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public Exception? Complete(out long saved)
    {
        long start = TimeProvider.System.GetTimestamp();
        _ownBlocks += Drain(_epoch);
        long drained = TimeProvider.System.GetTimestamp();
        long block = (_ownTicks + drained - start) / Math.Max(_ownBlocks, 1);
        saved = (_total - _ownBlocks) * block;
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

            long waited = TimeProvider.System.GetTimestamp() - drained;
            saved = waited > s_patience + (3 * block) ? -waited : saved;
        }

        Exception? error = _error;
        _error = null;
        _control = null;
        _state = null;
        Volatile.Write(ref _owned, 0);
        return error;
    }

    /// <summary>Worker: takes part in the job if it has room and blocks left.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool TryJoin()
    {
        long seen = Volatile.Read(ref _shared.Claim);
        while (Joinable(seen))
        {
            long found = Interlocked.CompareExchange(ref _shared.Claim, seen - OneJoin - 1, seen);
            if (found == seen)
            {
                RunBlock(BlocksLeft(seen));
                Drain((uint)(seen >> 32));
                return true;
            }

            seen = found;
        }

        return false;
    }

    private static bool Joinable(long claim) => BlocksLeft(claim) > 0 && (claim & (MaxJoins * OneJoin)) != 0;

    private static int BlocksLeft(long claim) => (int)claim & MaxBlocks;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Drain(uint epoch)
    {
        int count = 0;
        long seen = Volatile.Read(ref _shared.Claim);
        while ((uint)(seen >> 32) == epoch && BlocksLeft(seen) > 0)
        {
            long found = Interlocked.CompareExchange(ref _shared.Claim, seen - 1, seen);
            if (found == seen)
            {
                count++;
                RunBlock(BlocksLeft(seen));
                found = Volatile.Read(ref _shared.Claim);
            }

            seen = found;
        }

        return count;
    }

    private void RunBlock(int left)
    {
        if (Volatile.Read(ref _failed) == 0)
        {
            KernelControl? control = _control;
            using KernelControl.Scope scope = KernelControl.Enter(control);
            try
            {
                if (control is { CanStop: true })
                {
                    control.ThrowIfStopped();
                }

                _body(_state, _total - left);
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
