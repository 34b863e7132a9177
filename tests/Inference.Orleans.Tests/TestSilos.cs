using Inference.TestSupport;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Hosting;
using Orleans.TestingHost;

namespace Inference.Orleans.Tests;

/// <summary>Silos in this process with fake models, and a client.</summary>
internal sealed class TestSilos : IAsyncDisposable
{
    private readonly InProcessTestCluster _cluster;

    private TestSilos(InProcessTestCluster cluster, FakeLoader[] loaders)
    {
        _cluster = cluster;
        Loaders = loaders;
    }

    /// <summary>The loaders of the silos, in the order of their start.</summary>
    public IReadOnlyList<FakeLoader> Loaders { get; }

    public IGrainFactory Client => _cluster.Client;

    public InProcessTestCluster Cluster => _cluster;

    /// <summary>Starts silos.</summary>
    /// <param name="count">How many.</param>
    /// <param name="models">The names of the models of each.</param>
    /// <param name="configure">Options of the silos.</param>
    /// <param name="open">Makes the runner of a silo, by its number.</param>
    /// <param name="before">What a silo has besides, by its number; called before the silo is made to run models.</param>
    public static async Task<TestSilos> StartAsync(int count, IEnumerable<string> models, Action<InferenceSiloOptions>? configure = null, Func<int, ModelSource, ModelLoadOptions, IModelRunner>? open = null, Action<int, ISiloBuilder>? before = null)
    {
        var loaders = new List<FakeLoader>();
        var builder = new InProcessTestClusterBuilder((short)count);
        builder.ConfigureSilo((_, silo) =>
        {
            int number;
            FakeLoader loader;
            lock (loaders)
            {
                number = loaders.Count;
                int own = number;
                loaders.Add(loader = new FakeLoader(open is null ? null : (source, options) => open(own, source, options)));
            }

            silo.Services.AddSingleton<IModelLoader>(loader);
            foreach (string model in models)
            {
                silo.Services.AddModel(model, o => (o.Source, o.WarmUp) = (ModelSource.Bytes(new byte[1]), false));
            }

            before?.Invoke(number, silo);
            silo.AddInferenceSilo(o =>
            {
                o.ExchangeInterval = TimeSpan.FromMilliseconds(50);
                configure?.Invoke(o);
            });
        });
        InProcessTestCluster cluster = builder.Build();
        await cluster.DeployAsync();
        return new TestSilos(cluster, [.. loaders]);
    }

    /// <summary>The services of a silo.</summary>
    public IServiceProvider Services(int silo) => _cluster.Silos[silo].ServiceProvider;

    /// <summary>The model through the client.</summary>
    public ValueTask<OrleansModelRunner> ConnectAsync(string model, Action<ClusterModelOptions>? configure = null) => OrleansModelRunner.ConnectAsync(model, Client, configure);

    public async ValueTask DisposeAsync()
    {
        await _cluster.StopAllSilosAsync();
        await _cluster.DisposeAsync();
    }
}
