using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Inference.Kernels.Threading;

/// <summary>
/// One job at a time. <c>Claim</c> holds everything that a claimant must know before it may touch the job: epoch (high 32
/// bits), joins left (8 bits), blocks left (24 bits). A claim is one compare-and-swap on that word, so whoever succeeds holds
/// an unfinished block, and the job's other fields stay put until that block is finished.
/// </summary>
internal sealed unsafe class JobSlot
{
    public const int MaxBlocks = (1 << 24) - 1;
    public const int MaxJoins = 255;
    private const long OneJoin = 1L << 24;

    private int _owned;
    private int _total;
    private int _failed;
    private delegate*<void*, int, void> _body;
    private void* _state;
    private Exception? _error;
    private uint _epoch;
    private SharedState _shared;

    public bool HasWork => Joinable(Volatile.Read(ref _shared.Claim));

    public bool TryOwn() => Volatile.Read(ref _owned) == 0 && Interlocked.CompareExchange(ref _owned, 1, 0) == 0;

    public void Open(int blocks, delegate*<void*, int, void> body, void* state, int joins)
    {
        _total = blocks;
        _failed = 0;
        _error = null;
        _body = body;
        _state = state;
        _shared.Finished = 0;
        _epoch++;
        // A full fence: workers that park after this see the claim, and the owner sees those that parked before.
        Interlocked.Exchange(ref _shared.Claim, ((long)_epoch << 32) | ((long)joins << 24) | (uint)blocks);
    }

    /// <summary>Owner: runs one block; returns how many are left to claim.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int RunOne()
    {
        long seen = Volatile.Read(ref _shared.Claim);
        while (BlocksLeft(seen) > 0)
        {
            long found = Interlocked.CompareExchange(ref _shared.Claim, seen - 1, seen);
            if (found == seen)
            {
                RunBlock(BlocksLeft(seen));
                return BlocksLeft(Volatile.Read(ref _shared.Claim));
            }

            seen = found;
        }

        return 0;
    }

    /// <summary>Owner: runs what is left, waits for blocks already claimed, closes the job and reports its first failure.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public Exception? Complete()
    {
        Drain(_epoch);
        for (int spins = 0; Volatile.Read(ref _shared.Finished) != _total; spins++)
        {
            if (spins < 1000)
            {
                Thread.SpinWait(1);
            }
            else
            {
                Thread.Yield();
            }
        }

        Exception? error = _error;
        _error = null;
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
    private void Drain(uint epoch)
    {
        long seen = Volatile.Read(ref _shared.Claim);
        while ((uint)(seen >> 32) == epoch && BlocksLeft(seen) > 0)
        {
            long found = Interlocked.CompareExchange(ref _shared.Claim, seen - 1, seen);
            if (found == seen)
            {
                RunBlock(BlocksLeft(seen));
                found = Volatile.Read(ref _shared.Claim);
            }

            seen = found;
        }
    }

    private void RunBlock(int left)
    {
        if (Volatile.Read(ref _failed) == 0)
        {
            try
            {
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
