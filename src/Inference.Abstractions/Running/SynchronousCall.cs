namespace Inference;

/// <summary>
/// Tells stages whether the current thread waits for the call it makes, as <see cref="ModelRunnerExtensions.Run"/> does. Where it does, a stage that would wait for
/// others does so on this thread, and does there the work it would give to the thread pool: a call that is waited for must not need another thread, or calls that fill
/// the pool would wait for ever.
/// </summary>
public static class SynchronousCall
{
    [ThreadStatic]
    private static bool t_isCurrent;

    /// <summary>Whether the current thread waits for the call. It does not flow to other threads, and ends where the call goes on asynchronously.</summary>
    public static bool IsCurrent => t_isCurrent;

    internal static NamedValues Run(IModelRunner runner, NamedValues inputs, RunContext? context)
    {
        bool outer = t_isCurrent;
        t_isCurrent = true;
        ValueTask<NamedValues> run;
        try
        {
            run = runner.RunAsync(inputs, context);
        }
        finally
        {
            t_isCurrent = outer;
        }

        return run.IsCompletedSuccessfully ? run.Result : run.AsTask().GetAwaiter().GetResult();
    }
}
