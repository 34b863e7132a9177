using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Inference.Orleans.Loading;

/// <summary>
/// The models of this silo within its bytes: a model is loaded once whoever asks for it, after its bytes are reserved; to make room, models that were used longest ago are unloaded when their calls have ended. Thread-safe.
/// </summary>
internal sealed class LoadedModels(IServiceProvider services, IOptions<InferenceSiloOptions> options)
{
    private readonly InferenceSiloOptions _options = options.Value;
    private readonly TimeProvider _clock = services.GetService<TimeProvider>() ?? TimeProvider.System;
    private readonly ConcurrentDictionary<string, ModelSlot> _slots = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private readonly Dictionary<ModelSlot, Task> _loads = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _reserved;
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isClosing;

    public InferenceSiloOptions Options => _options;

    /// <summary>The bytes of all models that are loaded, being loaded or being unloaded.</summary>
    public long Reserved => Volatile.Read(ref _reserved);

    /// <summary>Whether the silo is stopping: no call begins.</summary>
    public bool IsClosing => Volatile.Read(ref _isClosing);

    /// <summary>Completes when the silo takes calls.</summary>
    public Task Opened => _opened.Task;

    /// <summary>Called with a model that was unloaded, outside locks.</summary>
    public Action<string>? Unloaded { get; set; }

    /// <summary>The slots of models that were asked for.</summary>
    public IEnumerable<ModelSlot> Slots => _slots.Select(static s => s.Value);

    /// <summary>The slot of a model; null if the silo has no model of this name.</summary>
    public ModelSlot? Find(string model) => _slots.TryGetValue(model, out ModelSlot? slot) ? slot : Make(model) is { } made ? _slots.GetOrAdd(model, made) : null;

    /// <summary>Loads the model of a slot unless it is loaded, and begins a call.</summary>
    /// <param name="slot">The slot.</param>
    /// <param name="limit">The most calls of the slot.</param>
    /// <param name="cancellationToken">Stops waiting; the load goes on for others.</param>
    /// <returns>False if the slot has as many calls as the limit, or the silo is stopping.</returns>
    /// <exception cref="InferenceException">The model cannot be loaded, or is larger than what the silo may hold.</exception>
    public async ValueTask<bool> EnterAsync(ModelSlot slot, int limit, CancellationToken cancellationToken)
    {
        while (!IsClosing)
        {
            if (slot.TryEnter(limit))
            {
                return true;
            }

            if (slot.State == SlotState.Loaded && slot.Calls >= limit)
            {
                return false;
            }

            await LoadAsync(slot, cancellationToken).ConfigureAwait(false);
        }

        return false;
    }

    /// <summary>Loads the model of a slot unless it is loaded. Callers share a load.</summary>
    /// <exception cref="InferenceException">The model cannot be loaded, or is larger than what the silo may hold.</exception>
    public Task LoadAsync(ModelSlot slot, CancellationToken cancellationToken)
    {
        Task load;
        lock (_lock)
        {
            if (slot.State == SlotState.Loaded)
            {
                return Task.CompletedTask;
            }

            if (!_loads.TryGetValue(slot, out load!))
            {
                _loads[slot] = load = LoadOnceAsync(slot);
            }
        }

        return load.WaitAsync(cancellationToken);
    }

    /// <summary>The silo takes calls from now on.</summary>
    public void Open() => _opened.TrySetResult();

    /// <summary>Refuses new calls, and waits for those that are here.</summary>
    public async Task CloseAsync(CancellationToken cancellationToken)
    {
        Volatile.Write(ref _isClosing, true);
        foreach (ModelSlot slot in Slots)
        {
            Task drained;
            lock (_lock)
            {
                if (slot.State != SlotState.Loaded)
                {
                    continue;
                }

                drained = slot.DrainAsync();
            }

            await drained.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private ModelSlot? Make(string model)
    {
        if ((services as IKeyedServiceProvider)?.GetKeyedService(typeof(IModelRunner), model) is not IModelRunner runner)
        {
            return null;
        }

        long bytes = _options.BytesOf?.Invoke(model) ?? ModelBytes.Of(services, model);
        return new ModelSlot(model, runner, Math.Max(bytes, 0), _options.Pinned.Contains(model), _clock);
    }

    private async Task LoadOnceAsync(ModelSlot slot)
    {
        // The caller's lock is not held while room is made.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        bool isReserved = false;
        try
        {
            await ReserveAsync(slot).ConfigureAwait(false);
            isReserved = true;
            if (slot.Runner.GetService(typeof(ILoadableRunner)) is ILoadableRunner loadable)
            {
                await loadable.LoadAsync(CancellationToken.None).ConfigureAwait(false);
            }

            lock (_lock)
            {
                slot.Become(SlotState.Loaded);
                _loads.Remove(slot);
                // A model that is loaded can make room.
                Tell();
            }
        }
        catch
        {
            lock (_lock)
            {
                slot.Become(SlotState.Empty);
                _loads.Remove(slot);
                if (isReserved)
                {
                    Release(slot.Bytes);
                }
            }

            throw;
        }
    }

    private async Task ReserveAsync(ModelSlot slot)
    {
        if (slot.Bytes > _options.MaxModelBytes)
        {
            throw new ModelLoadException($"Model '{slot.Model}': expected at most the {_options.MaxModelBytes} bytes that the silo's models may take, got a model of {slot.Bytes}. Raise MaxModelBytes, or run it on a larger machine.");
        }

        while (true)
        {
            ModelSlot? victim;
            Task? drained = null;
            Task changed;
            bool isMoving;
            lock (_lock)
            {
                if (_reserved + slot.Bytes <= _options.MaxModelBytes && slot.State is SlotState.Empty)
                {
                    _reserved += slot.Bytes;
                    slot.Become(SlotState.Loading);
                    return;
                }

                changed = _changed.Task;
                victim = slot.State is SlotState.Empty ? Oldest() : null;
                isMoving = slot.State is not SlotState.Empty || Slots.Any(static s => s.State is SlotState.Loading or SlotState.Leaving);
                drained = victim?.DrainAsync();
            }

            if (victim is null)
            {
                // Others are leaving, or being loaded.
                if (!isMoving)
                {
                    throw new ModelLoadException($"Model '{slot.Model}': expected {slot.Bytes} of {_options.MaxModelBytes} bytes, got none: all models that take them are pinned, or cannot be unloaded. Raise MaxModelBytes, or pin fewer models.");
                }

                await changed.ConfigureAwait(false);
                continue;
            }

            await drained!.ConfigureAwait(false);
            await UnloadAsync(victim).ConfigureAwait(false);
        }
    }

    private async Task UnloadAsync(ModelSlot victim)
    {
        try
        {
            await ((IUnloadableRunner)victim.Runner.GetService(typeof(IUnloadableRunner))!).UnloadAsync().ConfigureAwait(false);
        }
        finally
        {
            lock (_lock)
            {
                victim.Become(SlotState.Empty);
                Release(victim.Bytes);
            }

            Unloaded?.Invoke(victim.Model);
        }
    }

    // Called under the lock. Idle models first; among equals, the one whose last call began first.
    private ModelSlot? Oldest() => Slots
        .Where(static s => s is { State: SlotState.Loaded, IsPinned: false, Bytes: > 0 } && s.Runner.GetService(typeof(IUnloadableRunner)) is not null)
        .OrderBy(static s => s.Calls > 0).ThenBy(static s => s.UsedAt).FirstOrDefault();

    private void Release(long bytes)
    {
        _reserved -= bytes;
        Tell();
    }

    // Called under the lock. Those that wait for room look again.
    private void Tell()
    {
        TaskCompletionSource changed = _changed;
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        changed.TrySetResult();
    }
}
