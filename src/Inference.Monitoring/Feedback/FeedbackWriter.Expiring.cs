namespace Inference.Monitoring.Feedback;

internal sealed partial class FeedbackWriter
{
    private async Task ExpireAsync()
    {
        if (_setup.Clock.GetElapsedTime(_expiredAt) < (_setup.Options.Retention / 20 < s_longestExpiry ? _setup.Options.Retention / 20 : s_longestExpiry))
        {
            return;
        }

        _expiredAt = _setup.Clock.GetTimestamp();
        DateTimeOffset before = _setup.Clock.GetUtcNow() - _setup.Options.Retention;
        try
        {
            while (await GuardAsync((store, token) => store.ExpireAsync(before, MostOfWrite, token)).ConfigureAwait(false) >= MostOfWrite && _incoming.IsEmpty)
            {
            }
        }
#pragma warning disable CA1031 // As for writes.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Fail(exception);
        }
    }
}
