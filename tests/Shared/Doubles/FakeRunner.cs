using System.Collections.Concurrent;

namespace Inference.TestSupport;

/// <summary>
/// A runner that does what the test says: computes with a delegate, waits at a gate or on a clock, fails calls, fails every batch with a poisoned row, and
/// counts what it saw. By default it is the model of <see cref="FakeModel"/>, completes synchronously and never fails.
/// </summary>
/// <param name="info">What the model is; <see cref="FakeModel.Info"/> by default.</param>
/// <param name="compute">Makes the outputs; <see cref="FakeModel.Compute"/> by default.</param>
public sealed class FakeRunner(ModelInfo? info = null, Func<NamedValues, NamedValues>? compute = null) : IModelRunner
{
    private readonly ConcurrentDictionary<float, int> _seen = new();
    private readonly ConcurrentQueue<int> _batches = new();
    private readonly ConcurrentQueue<RunContext?> _contexts = new();
    private int _active;
    private int _maxActive;
    private int _calls;
    private int _disposed;
    private int _disposedWhileRunning;

    /// <inheritdoc/>
    public ModelInfo Info { get; set; } = info ?? FakeModel.Info();

    /// <summary>Holds runs before they compute.</summary>
    public Gate Gate { get; } = new();

    /// <summary>How long a run takes on <see cref="Clock"/>; zero by default.</summary>
    public Func<int, TimeSpan> Delay { get; set; } = _ => TimeSpan.Zero;

    /// <summary>The clock of <see cref="Delay"/>.</summary>
    public TimeProvider Clock { get; set; } = TimeProvider.System;

    /// <summary>Called at the start of every run with the number of rows, on the thread of the run.</summary>
    public Action<int>? OnRun { get; set; }

    /// <summary>The error of a call, or null for none.</summary>
    public Func<NamedValues, Exception?> Fail { get; set; } = _ => null;

    /// <summary>Whether a row, known by the first element of the first input, makes its whole batch fail with <see cref="ModelRunException"/>.</summary>
    public Func<float, bool> Poisoned { get; set; } = _ => false;

    /// <summary>Services by type; asked by <see cref="GetService"/>.</summary>
    public Dictionary<Type, object> Services { get; } = [];

    /// <summary>Runs started.</summary>
    public int Calls => Volatile.Read(ref _calls);

    /// <summary>Runs in flight now.</summary>
    public int Active => Volatile.Read(ref _active);

    /// <summary>The most runs that were in flight at once.</summary>
    public int MaxActive => Volatile.Read(ref _maxActive);

    /// <summary>Row counts of the runs, in order of their start.</summary>
    public IReadOnlyCollection<int> Batches => _batches;

    /// <summary>Contexts of the runs, in order of their start.</summary>
    public IReadOnlyCollection<RunContext?> Contexts => _contexts;

    /// <summary>How often each row was seen, by the first element of the first input; empty where that is not a float tensor.</summary>
    public IReadOnlyDictionary<float, int> RowsSeen => _seen;

    /// <summary>Rows seen in all.</summary>
    public int TotalRows => _batches.Sum();

    /// <summary>How often it was disposed.</summary>
    public int DisposeCount => Volatile.Read(ref _disposed);

    /// <summary>Whether it was disposed while a run was in flight.</summary>
    public bool WasDisposedWhileRunning => Volatile.Read(ref _disposedWhileRunning) != 0;

    /// <inheritdoc/>
    public ValueTask<NamedValues> RunAsync(NamedValues inputs, RunContext? context = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ObjectDisposedException.ThrowIf(DisposeCount > 0, this);
        int rows = Count(inputs);
        Interlocked.Increment(ref _calls);
        _batches.Enqueue(rows);
        _contexts.Enqueue(context);
        int active = Interlocked.Increment(ref _active);
        int max;
        while (active > (max = Volatile.Read(ref _maxActive)) && Interlocked.CompareExchange(ref _maxActive, active, max) != max)
        {
        }

        return FinishAsync(inputs, rows, cancellationToken);
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return Services.TryGetValue(serviceType, out object? service) ? service : serviceType.IsInstanceOfType(this) ? this : null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Active > 0)
        {
            Interlocked.Exchange(ref _disposedWhileRunning, 1);
        }

        Interlocked.Increment(ref _disposed);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return default;
    }

    private async ValueTask<NamedValues> FinishAsync(NamedValues inputs, int rows, CancellationToken cancellationToken)
    {
        try
        {
            OnRun?.Invoke(rows);
            await Gate.PassAsync(cancellationToken).ConfigureAwait(false);
            if (Delay(rows) is { Ticks: > 0 } delay)
            {
                await Task.Delay(delay, Clock, cancellationToken).ConfigureAwait(false);
            }

            // Read only now: rows whose memory was given back while they waited show as errors or wrong answers.
            foreach (float id in Ids(inputs))
            {
                _seen.AddOrUpdate(id, 1, (_, count) => count + 1);
            }

            if (Fail(inputs) is { } exception)
            {
                throw exception;
            }

            foreach (float id in Ids(inputs))
            {
                if (Poisoned(id))
                {
                    throw new ModelRunException($"Model '{Info.Name}': a row of the batch is poisoned.");
                }
            }

            return (compute ?? FakeModel.Compute)(inputs);
        }
        finally
        {
            Interlocked.Decrement(ref _active);
        }
    }

    private static int Count(NamedValues inputs) =>
        inputs.Count > 0 && inputs.GetAt(0).Value is TensorValue { Rank: > 0 } tensor ? (int)tensor.Shape[0] : 1;

    private static float[] Ids(NamedValues inputs)
    {
        if (inputs.Count == 0 || inputs.GetAt(0).Value is not TensorValue { ElementType: ElementType.Float32, Rank: > 0, ElementCount: > 0 } tensor)
        {
            return [];
        }

        float[] ids = new float[tensor.Shape[0]];
        int width = (int)(tensor.ElementCount / tensor.Shape[0]);
        for (int r = 0; r < ids.Length; r++)
        {
            ids[r] = tensor.AsSpan<float>()[r * width];
        }

        return ids;
    }
}
