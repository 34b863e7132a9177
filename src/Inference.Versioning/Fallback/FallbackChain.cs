namespace Inference.Versioning.Fallback;

/// <summary>The targets of a fallback, which follow its options. A target that stays keeps its circuit and what it still owes, unless the circuit's own options changed.</summary>
/// <param name="links">The links that options name, the runner below first; throws where one cannot be.</param>
/// <param name="clock">The clock of circuits and detached attempts.</param>
/// <param name="detached">Counts attempts that were left alone.</param>
/// <remarks>Thread-safe to read; changed by one caller at a time.</remarks>
internal sealed class FallbackChain(Func<FallbackOptions, IReadOnlyList<FallbackLink>> links, TimeProvider clock, Action<int> detached)
{
    private FallbackTarget[] _targets = [];
    private FallbackOptions? _taken;
    private FallbackModelRunner? _owner;

    /// <summary>The targets now, in the order in which they are tried; not to be changed.</summary>
    public FallbackTarget[] Targets => Volatile.Read(ref _targets);

    /// <summary>Tells the targets, and those to come, whose they are.</summary>
    public void Own(FallbackModelRunner owner)
    {
        _owner = owner;
        Array.ForEach(_targets, t => t.Owner = owner);
    }

    /// <summary>Takes options up.</summary>
    /// <exception cref="InferenceException">The chain names something that is not there; the last one stays.</exception>
    public void Take(FallbackOptions options)
    {
        IReadOnlyList<FallbackLink> named = links(options);
        FallbackTarget[] before = HasSameCircuits(options) ? _targets : [];
        FallbackTarget[] targets = [.. named.Select(link => Array.Find(before, t => t.Name == link.Name) ?? link.Make(new TargetCircuit(options, clock), new DetachedWork(clock, detached)))];
        Array.ForEach(targets, t => t.Owner = _owner);
        _taken = options;
        Volatile.Write(ref _targets, targets);
    }

    private bool HasSameCircuits(FallbackOptions options) => _taken is { } taken
        && (taken.FailureRatio, taken.MinimumCalls, taken.SamplingPeriod, taken.BreakDuration) == (options.FailureRatio, options.MinimumCalls, options.SamplingPeriod, options.BreakDuration);
}
