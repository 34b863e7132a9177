namespace Inference.Monitoring.Feedback;

/// <summary>Something that the writer does between writes, with a result.</summary>
internal sealed class WriterCommand<T>(Func<Task<T>> run) : WriterCommand
{
    private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<T> Done => _done.Task;

    public override async Task RunAsync()
    {
        try
        {
            _done.TrySetResult(await run().ConfigureAwait(false));
        }
#pragma warning disable CA1031 // It is the caller's.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _done.TrySetException(exception);
        }
    }

    public override void Cancel() => _done.TrySetException(new ObjectDisposedException(nameof(ModelFeedback), "The feedback was disposed."));
}
