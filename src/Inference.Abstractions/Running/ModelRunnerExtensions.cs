using System.Runtime.CompilerServices;

namespace Inference;

/// <summary>Extension methods for <see cref="IModelRunner"/>.</summary>
public static class ModelRunnerExtensions
{
    /// <summary>Runs the model once and waits for the result; does not block if the runner completes synchronously. While waiting, stages work on the calling thread
    /// (<see cref="SynchronousCall"/>), so that any number of pool threads may wait.</summary>
    /// <inheritdoc cref="IModelRunner.RunAsync" path="/exception"/>
    public static NamedValues Run(this IModelRunner runner, NamedValues inputs, RunContext? context = null)
    {
        ArgumentNullException.ThrowIfNull(runner);
        return SynchronousCall.Run(runner, inputs, context);
    }

    /// <summary>Runs a stream of inputs with a limited number of calls in flight and yields the results in order.</summary>
    /// <param name="runner">The runner.</param>
    /// <param name="inputs">The inputs; each remains owned by the caller and must stay valid until its result is yielded, unless <paramref name="disposeInputs"/> is true.</param>
    /// <param name="maxInFlight">The maximum number of calls in flight, 1 or more; 4 by default.</param>
    /// <param name="disposeInputs">Whether each set of inputs is disposed when its call has ended, successfully or not; false by default.</param>
    /// <param name="cancellationToken">Stops the stream; calls in flight are awaited and their results disposed.</param>
    public static async IAsyncEnumerable<NamedValues> RunManyAsync(
        this IModelRunner runner,
        IAsyncEnumerable<NamedValues> inputs,
        int maxInFlight = 4,
        bool disposeInputs = false,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(runner);
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxInFlight, 1);
        var inFlight = new Queue<Task<NamedValues>>(maxInFlight);
        try
        {
            await foreach (NamedValues input in inputs.WithCancellation(cancellationToken).ConfigureAwait(false))
            {
                // A synchronous provider would otherwise run each call on this thread, one after the other.
                inFlight.Enqueue(Task.Run(() => RunOneAsync(runner, input, disposeInputs, cancellationToken), CancellationToken.None));
                if (inFlight.Count == maxInFlight)
                {
                    yield return await inFlight.Dequeue().ConfigureAwait(false);
                }
            }

            while (inFlight.Count > 0)
            {
                yield return await inFlight.Dequeue().ConfigureAwait(false);
            }
        }
        finally
        {
            foreach (Task<NamedValues> task in inFlight)
            {
                try
                {
                    (await task.ConfigureAwait(false)).Dispose();
                }
                catch (Exception exception) when (exception is InferenceException or OperationCanceledException or ObjectDisposedException)
                {
                    // The consumer stopped reading, so there is no one to report the error to.
                }
            }
        }
    }

    private static async Task<NamedValues> RunOneAsync(IModelRunner runner, NamedValues inputs, bool dispose, CancellationToken cancellationToken)
    {
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            return await runner.RunAsync(inputs, null, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (dispose)
            {
                inputs.Dispose();
            }
        }
    }

    /// <summary>Creates a run whose inputs and outputs are bound once and reused, to be disposed by the caller.</summary>
    /// <exception cref="InferenceException">The runner cannot be bound because its middleware regroups rows or its provider does not support bound runs; check <see cref="CanBind"/> first.</exception>
    public static BoundRun Bind(this IModelRunner runner) => runner.GetService<IBindable>() is { } bindable
        ? bindable.Bind()
        : throw new InferenceException($"Model '{runner.Info.Name}' cannot be bound: its middleware regroups rows, or its provider does not support bound runs. Bind the runner inside that middleware, or call RunAsync.");

    /// <summary>Whether <see cref="Bind"/> is supported.</summary>
    public static bool CanBind(this IModelRunner runner) => runner.GetService<IBindable>() is not null;

    /// <summary>Loads the runner's model unless it is already loaded; completes immediately for runners created with a loaded model. Without a host, call it before reading <see cref="IModelRunner.Info"/>.</summary>
    /// <inheritdoc cref="ILoadableRunner.LoadAsync"/>
    public static Task EnsureLoadedAsync(this IModelRunner runner, CancellationToken cancellationToken = default) =>
        runner.GetService<ILoadableRunner>() is { IsLoaded: false } late ? late.LoadAsync(cancellationToken) : Task.CompletedTask;

    /// <summary>Returns a service of the runner or of an inner runner; null if there is none.</summary>
    public static T? GetService<T>(this IModelRunner runner, object? serviceKey = null)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(runner);
        return runner.GetService(typeof(T), serviceKey) as T;
    }
}
