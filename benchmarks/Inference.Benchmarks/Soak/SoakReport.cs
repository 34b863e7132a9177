using System.Globalization;

namespace Inference.Benchmarks.Soak;

/// <summary>What a soak found. Counters are written from many threads.</summary>
public sealed class SoakReport
{
    public long Started;
    public long Answered;
    public long PoisonedFailed;
    public long Cancelled;
    public long Shed;
    public long Wrong;
    public long NotBitIdentical;
    public long Unexpected;
    public long Doubled;
    public long Swaps;
    public long CorruptDropped;
    public long CacheFaults;
    public long EarlyBytes;
    public long LateBytes;
    private readonly List<string> _samples = [];

    /// <summary>The first messages of what must not happen.</summary>
    public IReadOnlyList<string> Samples
    {
        get
        {
            lock (_samples)
            {
                return [.. _samples];
            }
        }
    }

    /// <summary>Calls that never completed.</summary>
    public long Lost => Started - Answered - PoisonedFailed - Cancelled - Shed - Unexpected;

    /// <summary>Resident memory at the end ÷ at a fifth of the time; NaN where the soak was too short to say.</summary>
    public double MemoryRatio { get; set; } = double.NaN;

    /// <summary>Whether all bounds hold: no wrong answer, no lost or doubled call, no unexpected error, memory ≤ 1.1 ×.</summary>
    public bool Passed => Wrong == 0 && NotBitIdentical == 0 && Lost == 0 && Doubled == 0 && Unexpected == 0 && !(MemoryRatio > 1.1) && Answered > 0 && Swaps > 0;

    public void Note(string message)
    {
        lock (_samples)
        {
            if (_samples.Count < 10)
            {
                _samples.Add(message);
            }
        }
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"""
        calls {Started}: answered {Answered}, poisoned and failed {PoisonedFailed}, cancelled {Cancelled}, shed {Shed}
        wrong {Wrong}, not bit-identical {NotBitIdentical}, unexpected errors {Unexpected}, lost {Lost}, doubled {Doubled}
        swaps {Swaps}, corrupt versions dropped in {CorruptDropped}, cache faults {CacheFaults}
        memory {EarlyBytes >> 20} MiB -> {LateBytes >> 20} MiB (ratio {MemoryRatio:F2})
        {string.Join(Environment.NewLine, Samples)}
        """);
}
