using System.Collections.Concurrent;

namespace Inference.Versioning.Running;

/// <summary>
/// The time limit of a fallback attempt, found by inner runners through the attempt's context. The attempt's token only says that the call is to stop, for its caller or for the limit,
/// and a run that ignores it may never end: the token of <see cref="Of"/> is cancelled when the limit has passed, and by nothing else.
/// </summary>
internal sealed class AttemptLimit : IDisposable
{
    // Each limit is disposed when its attempt ends. Contexts are equal to themselves alone.
    private static readonly ConcurrentDictionary<RunContext, AttemptLimit> s_limits = new(ReferenceEqualityComparer.Instance);

    private readonly RunContext _attempt;
    private readonly CancellationTokenSource _source;
    private readonly CancellationToken _passed;

    /// <param name="time">The time limit.</param>
    /// <param name="attempt">The attempt's own context.</param>
    /// <param name="call">The call's context, which may itself be an attempt: when its time has passed, so has this one's.</param>
    public AttemptLimit(TimeSpan time, RunContext attempt, RunContext call)
    {
        Time = time;
        _attempt = attempt;
        _source = CancellationTokenSource.CreateLinkedTokenSource(Of(call));
        _passed = _source.Token;
        s_limits[attempt] = this;
    }

    /// <summary>The time limit.</summary>
    public TimeSpan Time { get; }

    /// <summary>A token that is cancelled when the attempt of this context has used up its time; one that is never cancelled if there is no limit.</summary>
    public static CancellationToken Of(RunContext? context) => context is not null && s_limits.TryGetValue(context, out AttemptLimit? limit) ? limit._passed : CancellationToken.None;

    /// <summary>Signals that the time has passed.</summary>
    public Task PassAsync() => _source.CancelAsync();

    public void Dispose()
    {
        s_limits.TryRemove(_attempt, out _);
        _source.Dispose();
    }
}
