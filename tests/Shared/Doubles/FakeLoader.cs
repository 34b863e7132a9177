namespace Inference.TestSupport;

/// <summary>A loader that makes what the delegate says, waits at a gate, fails loads, and counts. By default it loads <see cref="FakeRunner"/>s.</summary>
/// <param name="open">Makes the runner; throw from it to crash at load.</param>
public sealed class FakeLoader(Func<ModelSource, ModelLoadOptions, IModelRunner>? open = null) : IModelLoader
{
    private int _loads;

    /// <summary>Holds loads before they open anything.</summary>
    public Gate Gate { get; } = new();

    /// <summary>The error of a load, or null for none.</summary>
    public Func<ModelSource, Exception?> Fail { get; set; } = _ => null;

    /// <summary>Loads started.</summary>
    public int Loads => Volatile.Read(ref _loads);

    /// <summary>The options of the last load.</summary>
    public ModelLoadOptions? LastOptions { get; private set; }

    /// <inheritdoc/>
    public async ValueTask<IModelRunner> LoadAsync(ModelSource source, ModelLoadOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(options);
        Interlocked.Increment(ref _loads);
        LastOptions = options;
        await Gate.PassAsync(cancellationToken).ConfigureAwait(false);
        if (Fail(source) is { } exception)
        {
            throw exception;
        }

        return open?.Invoke(source, options) ?? new FakeRunner(FakeModel.Info(options.Name ?? "fake", options.Version));
    }
}
