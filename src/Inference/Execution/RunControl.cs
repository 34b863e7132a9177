namespace Inference.Execution;

/// <summary>What can stop a run: a token, and a time.</summary>
/// <param name="Token">The caller's token.</param>
/// <param name="StopAt">Timestamp of <see cref="TimeProvider.System"/> after which the run stops; <see cref="long.MaxValue"/> for never.</param>
internal readonly record struct RunControl(CancellationToken Token, long StopAt = long.MaxValue)
{
    public bool CanStop => Token.CanBeCanceled || StopAt != long.MaxValue;

    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="DeadlineExceededException">The time is up.</exception>
    public void ThrowIfStopped()
    {
        Token.ThrowIfCancellationRequested();
        if (StopAt != long.MaxValue && TimeProvider.System.GetTimestamp() > StopAt)
        {
            throw new DeadlineExceededException("The run was stopped: it took longer than the limit set for it (ModelLoadOptions.MaxRunTime or the call's deadline).");
        }
    }
}
