using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Inference.Monitoring.Retraining;

/// <summary>Ends a process with all that it started, also those that left its tree: on Linux every process that inherited the run's mark in its environment.</summary>
internal static class ProcessTree
{
    // Rounds, since a process that is being killed may start another one.
    private const int Rounds = 5;

    /// <summary>Kills them.</summary>
    /// <param name="process">The first process.</param>
    /// <param name="mark">NAME=VALUE in its environment, unique to the run.</param>
    public static void Kill(Process process, string mark)
    {
        TryKill(process);
        Kill(mark);
    }

    /// <summary>Kills those with a mark, whose first process may have ended long ago; on Linux alone.</summary>
    /// <param name="mark">NAME=VALUE in their environment, unique to the run.</param>
    public static void Kill(string mark)
    {
        for (int round = 0; round < Rounds && KillMarked(mark) > 0; round++)
        {
        }
    }

    private static int KillMarked(string mark)
    {
        if (!OperatingSystem.IsLinux())
        {
            return 0;
        }

        int killed = 0;
        byte[] wanted = Encoding.UTF8.GetBytes(mark);
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out int id) && id != Environment.ProcessId && Has(folder, wanted))
            {
                try
                {
                    using Process marked = Process.GetProcessById(id);
                    killed += TryKill(marked) ? 1 : 0;
                }
                catch (ArgumentException)
                {
                    // It has ended meanwhile.
                }
            }
        }

        return killed;
    }

    private static bool Has(string folder, byte[] mark)
    {
        try
        {
            return File.ReadAllBytes(Path.Combine(folder, "environ")).AsSpan().IndexOf(mark) >= 0;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Another user's, or one that has ended.
            return false;
        }
    }

    private static bool TryKill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
            return true;
        }
        catch (Exception exception) when (exception is InvalidOperationException or System.ComponentModel.Win32Exception or NotSupportedException or AggregateException)
        {
            return false;
        }
    }
}
