namespace Inference.Guarding;

/// <summary>
/// The allocator that the guard-page flavour of the engine takes all its memory from. Every block lies between unreadable pages, exactly at one of them; contents are a pattern;
/// freed blocks stay unreadable for a while. Thread-safe; its settings are for one run at a time.
/// </summary>
public static unsafe class GuardedAllocator
{
    // The system allows 65,530 mappings a process and a block takes up to three.
    private const int MaxBlocks = 16_000;
    private const int CollectAt = 4_000;
    private const int MaxClosed = 1_000;
    private static readonly Lock s_lock = new();
    private static readonly Dictionary<nint, GuardedBlock> s_blocks = [];
    private static readonly Queue<GuardedBlock> s_closed = new();
    private static readonly List<string> s_damage = [];
    private static int s_collectAt = CollectAt;

    /// <summary>Which edge of later blocks is exact; at first what the variable INFERENCE_GUARD_PASS says, <c>end</c> or <c>start</c>, for test runners that know nothing of this class.</summary>
    public static GuardPlacement Placement { get; set; } = Environment.GetEnvironmentVariable("INFERENCE_GUARD_PASS") == "start" ? GuardPlacement.Start : GuardPlacement.End;

    /// <summary>What later blocks are filled with; at first the byte that the variable INFERENCE_GUARD_FILL says in hexadecimal, FF without it.</summary>
    public static byte Fill { get; set; } =
        byte.TryParse(Environment.GetEnvironmentVariable("INFERENCE_GUARD_FILL"), System.Globalization.NumberStyles.HexNumber, System.Globalization.CultureInfo.InvariantCulture, out byte fill) ? fill : (byte)0xFF;

    /// <summary>Told the node that is about to run; null: nobody listens.</summary>
    public static Action<string>? NodeStarting { get; set; }

    /// <summary>A fault that each step makes on purpose, to prove that it is found; 0: none. 1: reads past an input's end. 2: writes past an output's end. 3: reads before an input's start.</summary>
    public static int PlantedFault { get; set; }

    /// <summary>A block whose contents are the pattern, with <paramref name="tail"/> zeroed readable bytes behind it.</summary>
    /// <exception cref="OutOfMemoryException">The system has no such memory.</exception>
    public static void* Allocate(long bytes, long tail = 0)
    {
        MakeRoom();
        var block = new GuardedBlock(bytes, tail, Placement, Fill);
        lock (s_lock)
        {
            s_blocks.Add(block.Start, block);
        }

        return (void*)block.Start;
    }

    /// <summary>Frees a block of <see cref="Allocate"/>; null is allowed.</summary>
    public static void Free(void* start)
    {
        if (start == null)
        {
            return;
        }

        lock (s_lock)
        {
            if (!s_blocks.Remove((nint)start, out GuardedBlock? block))
            {
                s_damage.Add($"{(nint)start:x} was freed and is no block");
                return;
            }

            if (block.Damage() is { } damage)
            {
                s_damage.Add($"when freed, {damage}");
            }

            block.Close();
            s_closed.Enqueue(block);
            if (s_closed.Count > MaxClosed)
            {
                s_closed.Dequeue().Release();
            }
        }
    }

    /// <summary>Fills a block again.</summary>
    public static void Refill(void* start)
    {
        lock (s_lock)
        {
            if (s_blocks.TryGetValue((nint)start, out GuardedBlock? block))
            {
                block.Refill(Fill);
            }
        }
    }

    /// <summary>Makes writes to a block fault.</summary>
    public static void Protect(void* start)
    {
        lock (s_lock)
        {
            if (s_blocks.TryGetValue((nint)start, out GuardedBlock? block))
            {
                block.Protect();
            }
        }
    }

    /// <summary>Looks at what lies beside every block and remembers damage under the name of the node.</summary>
    public static void Check(string node)
    {
        lock (s_lock)
        {
            foreach (GuardedBlock block in s_blocks.Values)
            {
                if (block.Damage() is { } damage)
                {
                    s_damage.Add($"{node}: {damage}");
                    block.Refill(Fill);
                }
            }
        }
    }

    /// <summary>The damage seen since the last call.</summary>
    public static string[] TakeDamage()
    {
        lock (s_lock)
        {
            string[] damage = [.. s_damage];
            s_damage.Clear();
            return damage;
        }
    }

    // Undisposed blocks are freed by finalizers: collect before mappings run out.
    private static void MakeRoom()
    {
        if (Count() < s_collectAt)
        {
            return;
        }

        GC.Collect();
        GC.WaitForPendingFinalizers();
        int count = Count();
        s_collectAt = Math.Max(CollectAt, count + (CollectAt / 2));
        if (count > MaxBlocks)
        {
            throw new OutOfMemoryException($"{count} guarded blocks are in use; the system has no mappings for more.");
        }
    }

    private static int Count()
    {
        lock (s_lock)
        {
            return s_blocks.Count;
        }
    }
}
