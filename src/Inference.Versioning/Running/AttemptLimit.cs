using System.Runtime.CompilerServices;

namespace Inference.Versioning.Running;

/// <summary>
/// The time limit of an attempt of a fallback, known to what runs below it by the attempt's context. The attempt's token says only that the call is to stop, be it for its caller or for the limit,
/// and a run that does not listen to it may never end: <see cref="Of"/> is cancelled when the limit has passed, and by nothing else.
/// </summary>
internal sealed class AttemptLimit : IDisposable
{
    private static readonly ConditionalWeakTable<RunContext, AttemptLimit> s_limits = [];

    private readonly RunContext _attempt;
    private readonly CancellationTokenSource _source;
    private readonly CancellationToken _passed;

    /// <param name="time">The time the attempt has.</param>
    /// <param name="attempt">The attempt's own context.</param>
    /// <param name="call">The call's, which may itself be an attempt: when its time has passed, so has this one's.</param>
    public AttemptLimit(TimeSpan time, RunContext attempt, RunContext call)
    {
        Time = time;
        _attempt = attempt;
        _source = CancellationTokenSource.CreateLinkedTokenSource(Of(call));
        _passed = _source.Token;
        s_limits.Add(attempt, this);
    }

    /// <summary>The time the attempt has.</summary>
    public TimeSpan Time { get; }

    /// <summary>Cancelled when the attempt that runs with this context has used up its time; a token that never is where there is no limit.</summary>
    public static CancellationToken Of(RunContext? context) => context is not null && s_limits.TryGetValue(context, out AttemptLimit? limit) ? limit._passed : CancellationToken.None;

    /// <summary>Says that the time has passed.</summary>
    public Task PassAsync() => _source.CancelAsync();

    public void Dispose()
    {
        s_limits.Remove(_attempt);
        _source.Dispose();
    }
}
