using System.Collections.Concurrent;
using System.Globalization;

namespace Inference.Benchmarks.Ownership;

/// <summary>What the calls of one part came to. Written from many threads.</summary>
internal sealed class OwnershipCounts
{
    public long Runs;
    public long Wrong;

    /// <summary>Exceptions by type, with whether they are clear ones: ours, or those that say that something was disposed or cancelled.</summary>
    public ConcurrentDictionary<string, long> Errors { get; } = new(StringComparer.Ordinal);

    public void Note(Exception exception)
    {
        bool clear = exception is InferenceException or ObjectDisposedException or OperationCanceledException;
        if (!clear && Errors.Count < 50)
        {
            Console.Error.WriteLine(exception);
        }

        Errors.AddOrUpdate((clear ? "" : "!") + exception.GetType().Name, 1, static (_, count) => count + 1);
    }

    /// <summary>One line: runs, wrong answers, errors.</summary>
    public string ToLine() => string.Create(CultureInfo.InvariantCulture, $"{Runs} {Wrong} {(Errors.IsEmpty ? "none" : string.Join(',', Errors.OrderBy(e => e.Key, StringComparer.Ordinal).Select(e => $"{e.Key}={e.Value}")))}");

    /// <summary>Adds what <see cref="ToLine"/> wrote; false where the line is another.</summary>
    public bool TryAdd(string line)
    {
        string[] fields = line.Split(' ');
        if (fields.Length != 3 || !long.TryParse(fields[0], out long runs) || !long.TryParse(fields[1], out long wrong))
        {
            return false;
        }

        Runs += runs;
        Wrong += wrong;
        foreach (string[] pair in fields[2].Split(',').Select(e => e.Split('=')).Where(p => p.Length == 2))
        {
            Errors.AddOrUpdate(pair[0], long.Parse(pair[1], CultureInfo.InvariantCulture), (_, count) => count + long.Parse(pair[1], CultureInfo.InvariantCulture));
        }

        return true;
    }
}
