namespace Inference.TestSupport;

/// <summary>A test with a tensor of more than 2 GiB; skipped where the machine has not 8 GiB free.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class LargeMemoryFactAttribute : FactAttribute
{
    private const long Needed = 8L << 30;

    public LargeMemoryFactAttribute()
    {
        GCMemoryInfo memory = GC.GetGCMemoryInfo(GCKind.Any);
        long free = File.Exists("/proc/meminfo") && File.ReadLines("/proc/meminfo").FirstOrDefault(static line => line.StartsWith("MemAvailable:", StringComparison.Ordinal)) is { } line
            ? long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], System.Globalization.CultureInfo.InvariantCulture) * 1024
            : memory.TotalAvailableMemoryBytes / 2;
        if (Math.Min(free, memory.TotalAvailableMemoryBytes) < Needed)
        {
            Skip = $"needs {Needed >> 30} GiB of free memory, {free >> 30} are.";
        }
    }
}
