using System.Collections.Concurrent;
using Inference.Orleans.Grains;
using Inference.Orleans.Loading;
using Inference.Status;
using Microsoft.Extensions.Logging;

namespace Inference.Orleans.Coordination;

/// <summary>
/// Keeps the versions of this silo's models in step with the cluster: a decision that was announced, or that the directory knows, is read at once. While the directory is out of reach the last known decisions serve, and the models'
/// health says so. Thread-safe.
/// </summary>
internal sealed class DirectoryWatch(LoadedModels models, IServiceProvider services, TimeProvider clock, ILogger<DirectoryWatch> logger)
{
    private readonly ConcurrentDictionary<string, ModelNews> _known = new(StringComparer.Ordinal);

    /// <summary>The directory answered.</summary>
    public void Heard(string model, ModelPlan plan)
    {
        ModelNews known = Of(model);
        if (plan.Trouble is { } trouble)
        {
            Tell(model, known, $"The log of decisions cannot be read: {trouble}");
        }
        else
        {
            known.HeardAt = clock.GetTimestamp();
            if (Interlocked.Exchange(ref known.IsStale, 0) != 0)
            {
                ModelConditions.Find(services, model)?.Clear(this);
                DirectoryLog.Reached(logger, model);
            }
        }

        Decided(model, plan.Decision);
    }

    /// <summary>The directory did not answer.</summary>
    public void Missed(string model, Exception exception) => Tell(model, Of(model), $"The directory of the cluster is out of reach: {exception.Message}");

    /// <summary>This silo wrote a decision: there is nothing to read.</summary>
    public void Wrote(string model, long sequence) => Of(model).Raise(sequence);

    /// <summary>The sequence of the last decision that is known; 0 for none.</summary>
    public long Known(string model) => Of(model).Sequence;

    /// <summary>There is a decision. Returns at once.</summary>
    /// <returns>Whether it is news.</returns>
    public bool Decided(string model, long sequence)
    {
        ModelNews known = Of(model);
        if (!known.Raise(sequence) || models.Find(model) is not { State: SlotState.Loaded } slot)
        {
            // A model that is loaded later reads the log then.
            return false;
        }

        _ = RefreshAsync(slot, known);
        return true;
    }

    private async Task RefreshAsync(ModelSlot slot, ModelNews known)
    {
        // A grain or an observer called, whose turn is not for this.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        await known.One.WaitAsync().ConfigureAwait(false);
        try
        {
            if (slot.Runner.GetService(typeof(IModelVersions)) is IModelVersions versions)
            {
                await versions.RefreshAsync().ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (exception is InferenceException or ObjectDisposedException or OperationCanceledException)
        {
            // Versioning polls, and reports what is wrong.
            DirectoryLog.NotRefreshed(logger, slot.Model, exception.Message);
        }
        finally
        {
            known.One.Release();
        }
    }

    private ModelNews Of(string model) => _known.GetOrAdd(model, static (_, clock) => new ModelNews { HeardAt = clock.GetTimestamp() }, clock);

    private void Tell(string model, ModelNews known, string why)
    {
        if (clock.GetElapsedTime(known.HeardAt) < models.Options.StaleAfter)
        {
            return;
        }

        string text = $"Model '{model}': the last known decisions serve. {why}";
        ModelConditions.Find(services, model)?.Set(this, text);
        if (Interlocked.Exchange(ref known.IsStale, 1) == 0)
        {
            DirectoryLog.Stale(logger, text);
        }
    }

    private sealed class ModelNews
    {
        public int IsStale;
        private long _sequence;
        private long _heardAt;

        public SemaphoreSlim One { get; } = new(1, 1);

        public long HeardAt
        {
            get => Volatile.Read(ref _heardAt);
            set => Volatile.Write(ref _heardAt, value);
        }

        public long Sequence => Volatile.Read(ref _sequence);

        /// <summary>Takes a later sequence.</summary>
        public bool Raise(long sequence)
        {
            long known;
            while (sequence > (known = Volatile.Read(ref _sequence)))
            {
                if (Interlocked.CompareExchange(ref _sequence, sequence, known) == known)
                {
                    return true;
                }
            }

            return false;
        }
    }
}
