using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace Inference.Kernels.Threading;

/// <summary>
/// Threads shared by all sessions of the process. A job is cut into blocks that the caller claims from the first on and idle workers from the last on;
/// the caller never waits for a worker that has not started, only for blocks already being run. A call made from inside a
/// block, or while all job slots are taken, runs on the caller alone, so many sessions do not oversubscribe the machine; so do
/// calls for a while where waits for workers that other programs held up cost more than workers saved.
/// All methods are thread-safe and allocate nothing after the first parallel call.
/// </summary>
internal static unsafe class WorkerPool
{
    private static readonly JobSlot[] s_slots = CreateSlots();
    private static readonly Lock s_start = new();
    // What is left of a job from which parked workers are woken: below 30 µs such jobs ran alone, one of 128 µs gained a quarter (benchmarks/results/engine.md, Threads).
    private static readonly long s_wakeTicks = TimeProvider.System.TimestampFrequency * 30 / 1_000_000;

    // Jobs this close to each other are a chain: half of the time that a woken worker looks for the next one (Worker).
    private static readonly long s_chainTicks = TimeProvider.System.TimestampFrequency * 200 / 1_000_000;

    // 1 ms doubled so often, about a second: a machine that stays busy is tried once a second.
    private const int MaxStrikes = 10;

    // A loss that a time slice explains, and cold caches do not.
    private static readonly long s_patience = TimeProvider.System.TimestampFrequency * 200 / 1_000_000;

    // What workers saved counts up to two time slices of 4 ms: where the machine becomes busy, the third wait is the last.
    private static readonly long s_credit = TimeProvider.System.TimestampFrequency * 8 / 1000;

    private static Worker[]? s_workers;
    private static long s_crowdedUntil;
    private static int s_strikes;
    private static long s_balance;
    private static long s_missed;
    private static long s_lastMiss;

    // What the thread is, not what the call may: a job inside a job runs on its caller.
    [ThreadStatic]
    private static bool t_inside;

    // Two threads took 1.6 to 1.7 times as fast as one from 3.9 µs and 1.3 to 1.45 times below (benchmarks/results/engine.md, Threads), where a busy machine takes the gain away.
    // What a family does in a nanosecond, and what sharing gains at half and at twice its threshold, is in benchmarks/results/thresholds.md.
    /// <summary>Work on one thread, ns, from which a job is shared; kernels state it in units of their own: what they do in a nanosecond times this.</summary>
    public const long SharedNanoseconds = 4096;

    // 16 bytes a nanosecond.
    /// <summary>Bytes from which a copy is shared.</summary>
    public const long SharedBytes = 16 * SharedNanoseconds;

    // A thread that comes late takes fewer, and nobody waits at the end for more than a quarter of a share; each claim costs an interlocked step.
    /// <summary>Blocks that a job is cut into for each thread, where nothing else says how many.</summary>
    public const int BlocksPerThread = 4;

    /// <summary>The most threads that a job can use: the processors that this process may use.</summary>
    public static int Capacity { get; } = Math.Clamp(Environment.ProcessorCount, 1, JobSlot.MaxJoins);

    /// <summary>Runs <paramref name="body"/>(<paramref name="state"/>, 0 … <paramref name="blocks"/> − 1) and returns when all are done.</summary>
    /// <param name="blocks">Number of blocks, 0 to 16,777,215. The caller runs them in ascending order, workers in descending order from the last.</param>
    /// <param name="body">Runs one block; may be called on several threads at once.</param>
    /// <param name="state">Passed on; must stay valid until the call returns.</param>
    /// <param name="maxThreads">The most threads to use, the caller included; 1 runs inline.</param>
    /// <param name="longBlocks">Whether a block takes longer than waking a worker, some 30 µs: workers are then woken before the first one runs, and not by the time that it took.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="blocks"/> is out of range.</exception>
    /// <remarks>The first exception of a block is rethrown here; blocks not yet started are then skipped. So they are where the calling thread's run is stopped.</remarks>
    public static void Run(int blocks, delegate*<void*, int, void> body, void* state, int maxThreads, bool longBlocks = false)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(blocks);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(blocks, JobSlot.MaxBlocks);
        int threads = Math.Min(Math.Min(maxThreads, Capacity), blocks);
        if (threads > 1 && !t_inside && !IsCrowded())
        {
            foreach (JobSlot slot in s_slots)
            {
                if (slot.TryOwn())
                {
                    RunShared(slot, blocks, body, state, threads - 1, longBlocks);
                    return;
                }
            }
        }

        KernelControl? control = Stoppable();
        for (int block = 0; block < blocks; block++)
        {
            control?.ThrowIfStopped();
            body(state, block);
        }
    }

    /// <summary>Runs an action held in a struct over numbered blocks and returns when all are done.</summary>
    /// <typeparam name="TAction">The action's type.</typeparam>
    /// <param name="blocks">Number of blocks, 0 to 16,777,215.</param>
    /// <param name="action">Shared by all threads; changes that blocks make to its fields are visible here afterwards.</param>
    /// <param name="maxThreads">The most threads to use, the caller included; 1 runs inline.</param>
    /// <param name="longBlocks">As above.</param>
    public static void Run<TAction>(int blocks, ref TAction action, int maxThreads, bool longBlocks = false)
        where TAction : struct, IBlockAction
    {
        if (maxThreads <= 1 || blocks <= 1)
        {
            KernelControl? control = Stoppable();
            for (int block = 0; block < blocks; block++)
            {
                control?.ThrowIfStopped();
                action.Invoke(block);
            }

            return;
        }

        // The copy lives on this stack and so cannot move while other threads hold its address.
        TAction local = action;
        Run(blocks, &Invoke<TAction>, Unsafe.AsPointer(ref local), maxThreads, longBlocks);
        action = local;
    }

    internal static void EnterWorkerThread() => t_inside = true;

    private static KernelControl? Stoppable() => KernelControl.Current is { CanStop: true } control ? control : null;

    private static void Invoke<TAction>(void* state, int block)
        where TAction : struct, IBlockAction => Unsafe.AsRef<TAction>(state).Invoke(block);

    private static void RunShared(JobSlot slot, int blocks, delegate*<void*, int, void> body, void* state, int helpers, bool longBlocks)
    {
        Worker[] workers = s_workers ?? Start();
        t_inside = true;
        slot.Open(blocks, body, state, helpers);
        int toWake = helpers - Worker.Spinning;
        if (toWake > 0)
        {
            // Workers that spin join by themselves. Parked ones are woken where what is left takes longer than waking them, or would have in a chain of short jobs.
            if (longBlocks || Pays(slot.RunOne()))
            {
                for (int i = 0; toWake > 0 && i < workers.Length; i++)
                {
                    if (workers[i].TryWake())
                    {
                        toWake--;
                    }
                }
            }
        }

        Exception? error = slot.Complete(out long saved);
        Account(saved);

        t_inside = false;
        if (error is not null)
        {
            ExceptionDispatchInfo.Throw(error);
        }
    }

    // Jobs close to each other count as one: a worker that is woken for the chain finds its next jobs by itself. The two words are hints, so races do no harm.
    private static bool Pays(long left)
    {
        long now = TimeProvider.System.GetTimestamp();
        long missed = left + (now - s_lastMiss < s_chainTicks ? s_missed : 0);
        bool pays = missed > s_wakeTicks;
        s_missed = pays ? 0 : missed;
        s_lastMiss = now;
        return pays;
    }

    // Where other programs use the processors, a worker is taken off its processor with a block in its hands, and the caller waits a time slice for it. Callers stay on their own for a while where such waits
    // take more time than workers save between them; the while doubles as long as that is so again. A wait now and then, as every machine has, changes nothing.
    private static bool IsCrowded() => Volatile.Read(ref s_crowdedUntil) is not 0 and var until && TimeProvider.System.GetTimestamp() < until;

    // Threads write these words over each other at times: a job more or less in the account is no harm.
    private static void Account(long saved)
    {
        long balance = Math.Min(s_balance + saved, s_credit);
        if (balance == s_credit)
        {
            s_strikes = 0;
        }
        else if (balance < -s_patience)
        {
            Volatile.Write(ref s_crowdedUntil, TimeProvider.System.GetTimestamp() + (TimeProvider.System.TimestampFrequency / 1000 << s_strikes));
            s_strikes = Math.Min(s_strikes + 1, MaxStrikes);
            balance = 0;
        }

        s_balance = balance;
    }

    private static Worker[] Start()
    {
        lock (s_start)
        {
            if (s_workers is null)
            {
                var workers = new Worker[Capacity - 1];
                for (int i = 0; i < workers.Length; i++)
                {
                    workers[i] = new Worker(s_slots, i + 1);
                }

                Volatile.Write(ref s_workers, workers);
            }

            return s_workers;
        }
    }

    private static JobSlot[] CreateSlots()
    {
        // One job for every four processors: a job that runs alongside another should still find helpers.
        var slots = new JobSlot[Math.Clamp(Environment.ProcessorCount / 4, 1, 16)];
        for (int i = 0; i < slots.Length; i++)
        {
            slots[i] = new JobSlot();
        }

        return slots;
    }
}
