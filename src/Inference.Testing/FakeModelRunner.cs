using System.Collections.Concurrent;

namespace Inference.Testing;

/// <summary>A runner that answers with a function. Inputs are checked against the signature, as an engine checks them.</summary>
/// <remarks>Thread-safe if the function is.</remarks>
public sealed class FakeModelRunner : IModelRunner
{
    private readonly ConcurrentQueue<RunContext?> _calls = new();
    private readonly Func<NamedValues, CancellationToken, ValueTask<NamedValues>> _run;
    private volatile bool _disposed;

    /// <summary>A model that is described as text.</summary>
    /// <param name="name">The model's name.</param>
    /// <param name="inputs">Its inputs, such as <c>features: float32[N,64], user: int64[N]</c>; tensors only.</param>
    /// <param name="outputs">Its outputs, in the same format.</param>
    /// <param name="run">Returns the outputs for inputs; the caller of the runner disposes them. Throw to fail the call.</param>
    /// <exception cref="FormatException">The ports cannot be read.</exception>
    public FakeModelRunner(string name, string inputs, string outputs, Func<NamedValues, NamedValues> run)
        : this(new ModelInfo { Name = name, Digest = "", Inputs = PortText.Parse(inputs), Outputs = PortText.Parse(outputs), BatchAxis = 0, RowIndependent = true, Provider = "fake" }, run)
    {
    }

    /// <summary>A model that is described by its properties.</summary>
    /// <param name="info">What the model is.</param>
    /// <param name="run">Returns the outputs for inputs.</param>
    public FakeModelRunner(ModelInfo info, Func<NamedValues, NamedValues> run)
        : this(info, (inputs, _) => new ValueTask<NamedValues>(run(inputs))) => ArgumentNullException.ThrowIfNull(run);

    /// <summary>A model that answers later.</summary>
    /// <param name="info">What the model is.</param>
    /// <param name="run">Returns the outputs for inputs.</param>
    public FakeModelRunner(ModelInfo info, Func<NamedValues, CancellationToken, ValueTask<NamedValues>> run)
    {
        ArgumentNullException.ThrowIfNull(info);
        ArgumentNullException.ThrowIfNull(run);
        Info = info;
        _run = run;
    }

    /// <inheritdoc/>
    public ModelInfo Info { get; }

    /// <summary>The contexts of the calls that reached the function, in order; null for calls without one.</summary>
    public IReadOnlyList<RunContext?> Calls => [.. _calls];

    /// <summary>Whether the runner was disposed.</summary>
    public bool IsDisposed => _disposed;

    /// <inheritdoc/>
    public ValueTask<NamedValues> RunAsync(NamedValues inputs, RunContext? context = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ObjectDisposedException.ThrowIf(_disposed, this);
        cancellationToken.ThrowIfCancellationRequested();
        InputFit.Require(Info, inputs);
        _calls.Enqueue(context);
        return _run(inputs, cancellationToken);
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is null && serviceType.IsInstanceOfType(this) ? this : null;
    }

    /// <inheritdoc/>
    public void Dispose() => _disposed = true;

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }
}
