namespace Inference;

/// <summary>
/// A sequence of calls of a model that has states: each call is given the states that the last one left. The first call begins the sequence. Disposing this object ends it.
/// </summary>
/// <remarks>
/// Thread-safe. Calls of one sequence run one after the other, in the order in which they were made; those of different sequences run concurrently and share batches where the pipeline has batching.
/// A call that fails or is cancelled leaves the states as they were.
/// </remarks>
public sealed class Sequence : IDisposable
{
    private readonly IModelRunner _runner;
    private readonly SequenceCall _call;
    private readonly NamedValues? _initial;
    private volatile RunContext? _last;
    private volatile bool _disposed;

    internal Sequence(IModelRunner runner, string id, NamedValues? initialStates)
    {
        _runner = runner;
        _initial = initialStates?.Retain();
        _call = new SequenceCall(id) { Owner = this, InitialStates = _initial };
    }

    /// <summary>The sequence's id.</summary>
    public string Id => _call.Id;

    /// <summary>Whether the sequence was begun; set by the stage that keeps it.</summary>
    internal bool IsStarted { get; set; }

    /// <summary>Runs the model on the next inputs of the sequence.</summary>
    /// <param name="inputs">The inputs without the states; do not change them until the call completes.</param>
    /// <param name="context">The settings of the call; all calls of a sequence have the same tenant. Null for the defaults.</param>
    /// <param name="cancellationToken">Stops waiting and, if the provider supports it, the run itself.</param>
    /// <returns>The outputs without the states, unless the options say otherwise; the caller disposes them.</returns>
    /// <exception cref="InvalidInputException">The inputs do not fit the model.</exception>
    /// <exception cref="UnknownSequenceException">The sequence expired, was begun anew by somebody else, or was begun on a version that no longer answers. Start a new one.</exception>
    /// <exception cref="OverloadedException">There are too many sequences, or too many calls of this one wait.</exception>
    /// <exception cref="ModelRunException">The model failed for these values.</exception>
    /// <exception cref="OperationCanceledException">The call was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">This object was disposed.</exception>
    public ValueTask<NamedValues> RunAsync(NamedValues inputs, RunContext? context = null, CancellationToken cancellationToken = default) =>
        _runner.RunAsync(inputs, Of(context), cancellationToken);

    /// <summary>Runs the model on the next inputs of the sequence and waits for the result; see <see cref="ModelRunnerExtensions.Run"/>.</summary>
    /// <inheritdoc cref="RunAsync" path="/param"/>
    /// <inheritdoc cref="RunAsync" path="/returns"/>
    /// <inheritdoc cref="RunAsync" path="/exception"/>
    public NamedValues Run(NamedValues inputs, RunContext? context = null) => SynchronousCall.Run(_runner, inputs, Of(context));

    /// <summary>Ends the sequence. Its calls that were made before still complete; then its states are freed.</summary>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        if (_last is { } last)
        {
            Keeper(last.Record.VersionServed)?.End(_call, last.Tenant);
        }

        _initial?.Dispose();
    }

    private RunContext Of(RunContext? context)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (context?.Sequence is not null)
        {
            throw new ArgumentException($"Sequence '{Id}': expected a context without a sequence, got one of sequence '{context.Sequence.Id}'. Pass a context of its own.", nameof(context));
        }

        return _last = (context ?? new RunContext()).With(_call);
    }

    // Under versioning, the stage of the version that the calls went to; that of another version does not know the sequence.
    private ISequences? Keeper(string? version)
    {
        try
        {
            return (version is { Length: > 0 } ? _runner.GetService<IModelRunner>(version)?.GetService<ISequences>() : null) ?? _runner.GetService<ISequences>();
        }
        catch (Exception exception) when (exception is InferenceException or ObjectDisposedException)
        {
            // The version was unloaded, and its states with it.
            return null;
        }
    }
}
