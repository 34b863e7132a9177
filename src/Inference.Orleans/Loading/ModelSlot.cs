namespace Inference.Orleans.Loading;

/// <summary>One registered model in this silo: its pipeline, its calls and its bytes. State is changed by <see cref="LoadedModels"/> alone. Thread-safe.</summary>
internal sealed class ModelSlot(string model, IModelRunner runner, long bytes, bool isPinned, TimeProvider clock)
{
    private TaskCompletionSource? _drained;
    private int _calls;
    private int _state;
    private long _usedAt = clock.GetTimestamp();

    public string Model => model;

    public IModelRunner Runner => runner;

    /// <summary>What the model takes while it is loaded.</summary>
    public long Bytes => bytes;

    public bool IsPinned => isPinned;

    /// <summary>Calls that run or wait here.</summary>
    public int Calls => Volatile.Read(ref _calls);

    public SlotState State => (SlotState)Volatile.Read(ref _state);

    /// <summary>When the last call began.</summary>
    public long UsedAt => Volatile.Read(ref _usedAt);

    /// <summary>How long calls take.</summary>
    public LoadMeter Load { get; } = new(clock);

    /// <summary>Begins a call if the model is loaded and has fewer calls than the limit.</summary>
    /// <returns>Whether it began; <see cref="Leave"/> ends it.</returns>
    public bool TryEnter(int limit)
    {
        int calls = Interlocked.Increment(ref _calls);

        // Read after the call is counted: who unloads sets the state first and reads the count then.
        if (calls <= limit && State == SlotState.Loaded)
        {
            Volatile.Write(ref _usedAt, clock.GetTimestamp());
            return true;
        }

        Leave();
        return false;
    }

    /// <summary>Ends a call.</summary>
    public void Leave()
    {
        if (Interlocked.Decrement(ref _calls) == 0 && State == SlotState.Leaving)
        {
            Volatile.Read(ref _drained)?.TrySetResult();
        }
    }

    /// <summary>Runs the model for a call that entered, and ends the call.</summary>
    public ValueTask<NamedValues> RunAsync(NamedValues inputs, RunContext? context, CancellationToken cancellationToken)
    {
        long began = clock.GetTimestamp();
        ValueTask<NamedValues> run;
        try
        {
            run = runner.RunAsync(inputs, context, cancellationToken);
        }
        catch
        {
            Leave();
            throw;
        }

        if (!run.IsCompleted)
        {
            return FinishAsync(run, began);
        }

        Load.Add(began);
        Leave();
        return run;
    }

    /// <summary>Changes the state. Called under the lock of <see cref="LoadedModels"/>.</summary>
    public void Become(SlotState state) => Interlocked.Exchange(ref _state, (int)state);

    /// <summary>Refuses new calls and waits for those that are here.</summary>
    public Task DrainAsync()
    {
        var drained = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _drained, drained);
        Become(SlotState.Leaving);
        if (Calls == 0)
        {
            drained.TrySetResult();
        }

        return drained.Task;
    }

    private async ValueTask<NamedValues> FinishAsync(ValueTask<NamedValues> run, long began)
    {
        try
        {
            return await run.ConfigureAwait(false);
        }
        finally
        {
            Load.Add(began);
            Leave();
        }
    }
}
