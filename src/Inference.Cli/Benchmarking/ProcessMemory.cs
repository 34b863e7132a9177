using System.Globalization;

namespace Inference.Cli.Benchmarking;

/// <summary>The resident memory of this process, bytes. Exact on Linux; elsewhere as reported by the system.</summary>
internal static class ProcessMemory
{
    /// <summary>The current resident memory.</summary>
    public static long Resident() => Status("VmRSS:") ?? Environment.WorkingSet;

    /// <summary>The highest resident memory since <see cref="ResetPeak"/>, or since the process started if the peak cannot be reset.</summary>
    public static long Peak()
    {
        if (Status("VmHWM:") is { } peak)
        {
            return peak;
        }

        using var self = System.Diagnostics.Process.GetCurrentProcess();
        return self.PeakWorkingSet64;
    }

    /// <summary>Resets the peak to the current resident memory; false if the system does not support it.</summary>
    public static bool ResetPeak()
    {
        try
        {
            // Documented in proc(5): 5 resets the peak resident set size.
            File.WriteAllText("/proc/self/clear_refs", "5");
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static long? Status(string key)
    {
        const string StatusFile = "/proc/self/status";
        if (!File.Exists(StatusFile))
        {
            return null;
        }

        foreach (string line in File.ReadLines(StatusFile))
        {
            if (line.StartsWith(key, StringComparison.Ordinal))
            {
                ReadOnlySpan<char> number = line.AsSpan(key.Length).Trim();
                number = number[..number.IndexOf(' ')];
                return long.Parse(number, NumberStyles.None, CultureInfo.InvariantCulture) * 1024;
            }
        }

        return null;
    }
}
