namespace Inference;

/// <summary>
/// Tells stages whether the current thread waits for its call, as in <see cref="ModelRunnerExtensions.Run"/>. If it does, a stage that would wait for
/// others does so on this thread, and does here the work that it would queue to the thread pool: a blocking call must not need another thread, or calls that fill
/// the pool would wait forever.
/// </summary>
public static class SynchronousCall
{
    [ThreadStatic]
    private static bool t_isCurrent;

    /// <summary>Whether the current thread waits for the call. Does not flow to other threads, and ends when the call continues asynchronously.</summary>
    public static bool IsCurrent => t_isCurrent;

    internal static NamedValues Run(IModelRunner runner, NamedValues inputs, RunContext? context) =>
        Run(static c => c.runner.RunAsync(c.inputs, c.context), (runner, inputs, context));

    /// <summary>Begins a call on this thread, and waits for it.</summary>
    internal static NamedValues Run<TState>(Func<TState, ValueTask<NamedValues>> call, TState state)
    {
        bool outer = t_isCurrent;
        t_isCurrent = true;
        ValueTask<NamedValues> run;
        try
        {
            run = call(state);
        }
        finally
        {
            t_isCurrent = outer;
        }

        return run.IsCompletedSuccessfully ? run.Result : run.AsTask().GetAwaiter().GetResult();
    }
}
