using Inference.TestSupport;

namespace Inference.Abstractions.Tests;

/// <summary>A runner that knows its model only once it was loaded.</summary>
internal sealed class LateRunner(ModelInfo info) : IModelRunner, ILoadableRunner
{
    private readonly FakeRunner _inner = new(info);

    public bool IsLoaded { get; private set; }

    public ModelInfo Info => IsLoaded ? info : throw new InferenceException("The model is not loaded yet.");

    public Task LoadAsync(CancellationToken cancellationToken = default)
    {
        IsLoaded = true;
        return Task.CompletedTask;
    }

    public ValueTask<NamedValues> RunAsync(NamedValues inputs, RunContext? context = null, CancellationToken cancellationToken = default) => _inner.RunAsync(inputs, context, cancellationToken);

    public object? GetService(Type serviceType, object? serviceKey = null) => serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose() => _inner.Dispose();

    public ValueTask DisposeAsync() => _inner.DisposeAsync();
}
