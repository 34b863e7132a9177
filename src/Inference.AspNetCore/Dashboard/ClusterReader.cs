using Inference.Status;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.AspNetCore.Dashboard;

/// <summary>Asks the cluster for its silos, at most once a second for all pages. An answer is waited for two seconds. Thread-safe.</summary>
internal sealed class ClusterReader(IServiceProvider services, TimeProvider clock)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_oldest = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private Task<ClusterReading>? _last;
    private long _asked;

    /// <summary>Returns what the cluster said last; asks it if that is old. Never fails.</summary>
    public Task<ClusterReading> ReadAsync()
    {
        lock (_lock)
        {
            if (_last is null || (_last.IsCompleted && clock.GetElapsedTime(_asked) >= s_oldest))
            {
                _asked = clock.GetTimestamp();
                _last = AskAsync();
            }

            return _last;
        }
    }

    private async Task<ClusterReading> AskAsync()
    {
        using var ending = new CancellationTokenSource(s_patience, clock);
        CancellationToken late = ending.Token;
        try
        {
            if (services.GetService<IClusterStatus>() is not { } cluster)
            {
                return new ClusterReading(null, null);
            }

            // On another thread: an implementation may block before it awaits, or forget the token.
            Task<IReadOnlyList<SiloSnapshot>> answer = Task.Run(() => cluster.ReadAsync(late).AsTask(), late);
            return new ClusterReading(await answer.WaitAsync(late).ConfigureAwait(false), null);
        }
        catch (InferenceException exception)
        {
            return new ClusterReading(null, exception.Message);
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested)
        {
            return new ClusterReading(null, $"The cluster did not answer within {s_patience.TotalSeconds:0} s.");
        }
#pragma warning disable CA1031 // A cluster that cannot be read keeps nothing else from being seen.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return new ClusterReading(null, $"The cluster could not be read: {exception.Message}");
        }
    }
}
