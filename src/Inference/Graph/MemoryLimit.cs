namespace Inference.Graph;

/// <summary>
/// The limit for one allocation of the model that this thread loads or runs. Kept by thread, as allocations happen below operators that know nothing of options;
/// threads of the kernel pool allocate no values.
/// </summary>
internal static class MemoryLimit
{
    [ThreadStatic]
    private static long t_bytes;

    private static readonly long s_available = Math.Max(1L << 26, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);

    /// <summary>The limit in force where options state none.</summary>
    public static long Of(ModelLoadOptions options) => options.MaxMemoryBytes is { } stated ? Math.Max(1, stated) : s_available;

    /// <summary>Puts a limit in force on this thread until the scope is disposed.</summary>
    public static Scope Enter(long bytes)
    {
        long before = t_bytes;
        t_bytes = bytes;
        return new(before);
    }

    /// <summary>Checks an allocation.</summary>
    /// <exception cref="ModelRunException">It exceeds the limit.</exception>
    public static void Check(long bytes)
    {
        if (bytes > t_bytes && t_bytes != 0)
        {
            throw new ModelRunException($"{bytes} bytes were asked for at once; expected at most {t_bytes}. Use smaller inputs, or raise ModelLoadOptions.MaxMemoryBytes.");
        }
    }

    /// <summary>Restores the limit that was in force before.</summary>
    internal readonly ref struct Scope(long before)
    {
        public void Dispose() => t_bytes = before;
    }
}
