using System.Diagnostics.CodeAnalysis;

namespace Inference.Ir;

/// <summary>
/// What one run may hold at once. Memory with a known end (arenas, scratch, outputs) is claimed and released; values are left to the garbage collector, so only their
/// making is claimed: where the sum passes the limit, the values that are still held are counted, and what is held no longer is collected. Used again by later runs;
/// claims may come from any thread.
/// </summary>
internal sealed class MemoryBudget
{
    /// <summary>A budget without a limit.</summary>
    public static readonly MemoryBudget Unlimited = new(long.MaxValue);

    // Garbage below this share of the limit is not collected, so that a run near its limit does not collect at each step.
    private const int CollectedShare = 16;
    private static readonly long s_available = Math.Max(1L << 26, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);

    private readonly Lock _lock = new();
    private readonly List<IMemoryHolder> _holders = [];
    private MemoryCount? _count;
    private long _claimed;
    private long _values;
    private long _young;

    /// <summary>Makes a budget.</summary>
    /// <param name="limit">Bytes, 1 or more; <see cref="long.MaxValue"/> for no limit.</param>
    public MemoryBudget(long limit) => Limit = limit;

    /// <summary>The most bytes that may be held.</summary>
    public long Limit { get; }

    /// <summary>Bytes held, as far as known: never less than what is held.</summary>
    public long Held => Volatile.Read(ref _claimed) + Volatile.Read(ref _values);

    /// <summary>The limit in force where options state none.</summary>
    public static long LimitOf(ModelLoadOptions options) => options.MaxMemoryBytes is { } stated ? Math.Max(1, stated) : s_available;

    /// <summary>Starts a run.</summary>
    public void Begin()
    {
        _claimed = 0;
        _values = 0;
        _young = 0;
        if (_holders.Count > 0)
        {
            _holders.Clear();
        }
    }

    /// <summary>Starts a step: what was made before it is held by holders alone.</summary>
    public void BeginStep()
    {
        if (Limit != long.MaxValue)
        {
            _young = 0;
        }
    }

    /// <summary>Claims memory that <see cref="Release"/> gives back.</summary>
    /// <exception cref="InvalidInputException">The run would hold more than its limit.</exception>
    public void Claim(long bytes)
    {
        if (Limit != long.MaxValue && (Interlocked.Add(ref _claimed, bytes) + Volatile.Read(ref _values) > Limit || bytes < 0))
        {
            try
            {
                Recount(bytes);
            }
            catch
            {
                Interlocked.Add(ref _claimed, -bytes);
                throw;
            }
        }
    }

    /// <summary>As <see cref="Claim"/>, by the run's own thread between its kernels, when no other thread claims.</summary>
    /// <exception cref="InvalidInputException">The run would hold more than its limit.</exception>
    public void ClaimAlone(long bytes)
    {
        long held = _claimed + bytes;
        if (bytes >= 0 && held <= Limit - _values)
        {
            _claimed = held;
        }
        else
        {
            Claim(bytes);
        }
    }

    /// <summary>Gives back what <see cref="Claim"/> claimed.</summary>
    public void Release(long bytes)
    {
        if (Limit != long.MaxValue)
        {
            Interlocked.Add(ref _claimed, -bytes);
        }
    }

    /// <summary>Claims memory of values that the step in progress makes; it is given back when no holder holds them any more.</summary>
    /// <exception cref="InvalidInputException">The run would hold more than its limit.</exception>
    public void ClaimValue(long bytes)
    {
        if (Limit == long.MaxValue)
        {
            return;
        }

        Interlocked.Add(ref _young, bytes);
        long held = Interlocked.Add(ref _values, bytes) + Volatile.Read(ref _claimed);

        // Small values may exceed the limit slightly before they are counted again; otherwise a run near its limit would count at each one.
        if (bytes < 0 || (held > Limit && (bytes > Limit / CollectedShare || held - Limit > Limit / CollectedShare)))
        {
            Recount(bytes);
        }
    }

    /// <summary>Says that a holder holds what the step in progress claimed.</summary>
    public void Settle(long bytes)
    {
        if (Limit != long.MaxValue)
        {
            _young = Math.Max(0, _young - bytes);
        }
    }

    /// <summary>Counts what this holds from now on; it holds <paramref name="bytes"/> already.</summary>
    public void Hold(IMemoryHolder holder, long bytes = 0)
    {
        if (Limit == long.MaxValue)
        {
            return;
        }

        // Holders are added and removed on the run's own thread, between its kernels, while no other thread of the run counts.
        _holders.Add(holder);
        if (bytes > 0 && Interlocked.Add(ref _values, bytes) + Volatile.Read(ref _claimed) > Limit)
        {
            Recount(bytes);
        }
    }

    /// <summary>Ends <see cref="Hold"/>, and of all that were held after it.</summary>
    public void Drop(IMemoryHolder holder)
    {
        if (Limit == long.MaxValue)
        {
            return;
        }

        int index = _holders.LastIndexOf(holder);
        if (index >= 0)
        {
            _holders.RemoveRange(index, _holders.Count - index);
        }
    }

    private void Recount(long asked)
    {
        lock (_lock)
        {
            long before = _values;
            _count ??= new();
            _count.Clear();
            foreach (IMemoryHolder holder in _holders)
            {
                holder.Count(_count);
            }

            // The results of the step in progress may so far be referenced only by its operator.
            long values = _count.Bytes + _young;
            _count.Clear();
            if (asked < 0 || values + Volatile.Read(ref _claimed) > Limit)
            {
                Throw(asked, values + Volatile.Read(ref _claimed) - asked);
            }

            Interlocked.Exchange(ref _values, values);
            if (before - values > Limit / CollectedShare)
            {
#pragma warning disable RS0030 // Values that fell out of use hold native memory until they are collected: without this, a loop holds more than its limit.
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true);
#pragma warning restore RS0030
            }
        }
    }

    [DoesNotReturn]
    private void Throw(long asked, long held) => throw new InvalidInputException(
        $"{asked} bytes were requested while the run held {held}; expected at most {Limit} at a time. Use smaller inputs, or raise MaxMemoryBytes (ModelLoadOptions, ModelOptions).");
}
