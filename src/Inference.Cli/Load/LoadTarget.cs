using Inference.Batching;
using Inference.Cli.Benchmarking;
using Inference.Cli.Running;
using Inference.Remote;

namespace Inference.Cli.Load;

/// <summary>What is put under load: a model in this process, or one of a server.</summary>
internal sealed class LoadTarget : IDisposable
{
    private readonly Func<BatchingChoice?, ValueTask<IModelRunner>> _open;

    /// <param name="name">Its name.</param>
    /// <param name="isRemote">Whether it is one of a server.</param>
    /// <param name="mayBatch">Whether its calls can be batched in this process.</param>
    /// <param name="inputs">The inputs of each call; owned by this object.</param>
    /// <param name="inputSource">Where they come from.</param>
    /// <param name="open">Opens a runner.</param>
    public LoadTarget(string name, bool isRemote, bool mayBatch, NamedValues inputs, string inputSource, Func<BatchingChoice?, ValueTask<IModelRunner>> open)
    {
        (Name, IsRemote, MayBatch, Inputs, InputSource, _open) = (name, isRemote, mayBatch, inputs, inputSource, open);
    }

    private LoadTarget(string name, bool isRemote, bool mayBatch, BenchInputs inputs, Func<BatchingChoice?, ValueTask<IModelRunner>> open)
        : this(name, isRemote, mayBatch, inputs.Values, inputs.Source, open)
    {
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Whether it is one of a server.</summary>
    public bool IsRemote { get; }

    /// <summary>Whether its calls can be batched in this process.</summary>
    public bool MayBatch { get; }

    /// <summary>The inputs of each call.</summary>
    public NamedValues Inputs { get; }

    /// <summary>Where the inputs come from.</summary>
    public string InputSource { get; }

    /// <summary>Opens a target.</summary>
    /// <param name="target">A model file or folder, or an address: <c>http://host:8000/v2/models/NAME[/versions/V]</c>, <c>grpc://host:8001/NAME</c>.</param>
    /// <param name="model">The model of an address that names none; null otherwise.</param>
    /// <param name="backend">The provider of a model in this process.</param>
    /// <param name="inputs">The folder, shapes and rows of the inputs.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <exception cref="InferenceException">It cannot be opened.</exception>
    public static async Task<LoadTarget> OpenAsync(string target, string? model, string backend, BenchOptions inputs, CancellationToken cancellationToken)
    {
        if (RemoteAddress.TryParse(target, model) is { } address)
        {
            async ValueTask<IModelRunner> ConnectAsync() => await RemoteModelRunner.ConnectAsync(address.Model, o =>
            {
                o.Endpoints.Add(address.Endpoint);
                o.Version = address.Version;
                o.Protocol = address.Protocol;

                // Each call is one attempt, so that what the server refuses is seen.
                o.MaxAttempts = 1;
            }, cancellationToken: cancellationToken).ConfigureAwait(false);
            using IModelRunner first = await ConnectAsync().ConfigureAwait(false);
            return new(target, isRemote: true, mayBatch: false, BenchInputs.Prepare(first.Info, inputs), _ => ConnectAsync());
        }

        async ValueTask<IModelRunner> LoadAsync(BatchingChoice? choice)
        {
            IModelRunner loaded = await Backends.Loader(backend, inputs.Library).LoadAsync(ModelSource.File(target), new ModelLoadOptions { Threads = inputs.Threads }, cancellationToken).ConfigureAwait(false);
            return choice is null ? loaded : loaded.AsBuilder().UseBatching(o =>
            {
                o.MaxRows = choice.MaxRows;
                o.MaxDelay = choice.MaxDelay;

                // What is measured is this choice, not the stage's own.
                o.StepAside = false;
            }).Build();
        }

        using IModelRunner runner = await LoadAsync(null).ConfigureAwait(false);
        return new(inputs.ModelName, isRemote: false, runner.Info is { RowIndependent: true, BatchAxis: 0 }, BenchInputs.Prepare(runner.Info, inputs), LoadAsync);
    }

    /// <summary>Opens a runner, and runs it a few times.</summary>
    /// <param name="batching">How it is batched; null for not at all.</param>
    public async ValueTask<IModelRunner> RunnerAsync(BatchingChoice? batching)
    {
        IModelRunner runner = await _open(batching).ConfigureAwait(false);
        try
        {
            for (int i = 0; i < 3; i++)
            {
                (await runner.RunAsync(Inputs).ConfigureAwait(false)).Dispose();
            }

            return runner;
        }
        catch
        {
            runner.Dispose();
            throw;
        }
    }

    public void Dispose() => Inputs.Dispose();
}
