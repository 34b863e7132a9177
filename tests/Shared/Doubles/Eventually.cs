namespace Inference.TestSupport;

/// <summary>Waits for other threads to get somewhere. The limit only ends a test that would hang; no test passes or fails by how long something took.</summary>
public static class Eventually
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    /// <summary>Waits until the condition holds.</summary>
    public static async Task TrueAsync(Func<bool> condition, string? because = null)
    {
        ArgumentNullException.ThrowIfNull(condition);
        using var limit = new CancellationTokenSource(s_limit);
        while (!condition())
        {
            if (limit.IsCancellationRequested)
            {
                throw new TimeoutException($"The condition never held{(because is null ? "" : ": " + because)}.");
            }

            await Task.Delay(1, CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <summary>Awaits a task that must complete.</summary>
    public static Task<T> CompletesAsync<T>(Task<T> task)
    {
        ArgumentNullException.ThrowIfNull(task);
        return task.WaitAsync(s_limit);
    }

    /// <summary>Awaits a task that must complete.</summary>
    public static Task CompletesAsync(Task task)
    {
        ArgumentNullException.ThrowIfNull(task);
        return task.WaitAsync(s_limit);
    }
}
