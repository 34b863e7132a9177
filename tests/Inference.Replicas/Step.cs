using System.Globalization;

namespace Inference.Replicas;

/// <summary>One operation of a worker, as it tells its parent. Times are of the machine's monotonic clock, which all its processes share.</summary>
/// <param name="Id">Unique; the reason of its decision.</param>
/// <param name="Action">What was asked for.</param>
/// <param name="Version">The requested version; empty if none was named.</param>
/// <param name="Begin">When it began.</param>
internal sealed record Step(string Id, string Action, string Version, long Begin)
{
    /// <summary>When it was acknowledged; null where it was not.</summary>
    public long? End { get; set; }

    /// <summary>Why it was refused; null where it was not.</summary>
    public string? Refusal { get; set; }

    /// <summary>Whether it was refused.</summary>
    public bool IsRefused => Refusal is not null;

    public string BeginLine => string.Create(CultureInfo.InvariantCulture, $"begin\t{Id}\t{Action}\t{Version}\t{Begin}");

    public static Step Parse(string[] fields) => new(fields[1], fields[2], fields[3], long.Parse(fields[4], CultureInfo.InvariantCulture));
}
