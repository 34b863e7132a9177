namespace Inference.Versioning.Fallback;

/// <summary>The targets of a fallback, kept in step with its options. A target that remains keeps its circuit and its detached attempts, unless the options of circuits changed.</summary>
/// <param name="links">Returns the entries of the chain for options, the inner runner first; throws if one is not possible.</param>
/// <param name="clock">The clock of circuits and detached attempts.</param>
/// <param name="detached">Called with the change of the number of detached attempts.</param>
/// <remarks>Reading is thread-safe; one caller at a time may change it.</remarks>
internal sealed class FallbackChain(Func<FallbackOptions, IReadOnlyList<FallbackLink>> links, TimeProvider clock, Action<int> detached)
{
    private FallbackTarget[] _targets = [];
    private FallbackOptions? _taken;
    private FallbackModelRunner? _owner;

    /// <summary>The current targets, in the order in which they are tried; do not modify it.</summary>
    public FallbackTarget[] Targets => Volatile.Read(ref _targets);

    /// <summary>Sets the owner of the current and future targets.</summary>
    public void Own(FallbackModelRunner owner)
    {
        _owner = owner;
        Array.ForEach(_targets, t => t.Owner = owner);
    }

    /// <summary>Applies options.</summary>
    /// <exception cref="InferenceException">The chain refers to a missing target; the previous chain remains.</exception>
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
