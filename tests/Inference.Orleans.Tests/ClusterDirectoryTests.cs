using Inference.Decisions;
using Inference.Status;
using Inference.TestSupport;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Orleans.Tests;

/// <summary>The directory out of reach, and back.</summary>
public sealed class ClusterDirectoryTests
{
    /// <summary>Silos serve on, and say so in the model's health until the log can be read again. Only one of them has a replica.</summary>
    [Fact]
    public async Task Log_CannotBeRead_ModelsServeAndTheirHealthSaysSo()
    {
        var store = new AwayStore();
        await using TestSilos silos = await TestSilos.StartAsync(2, ["m"], o =>
        {
            o.StaleAfter = TimeSpan.FromSeconds(1);
            o.Pinned.Add("m");
        }, before: (_, silo) => silo.Services.AddSingleton<IDecisionStore>(store));
        await using OrleansModelRunner runner = await silos.ConnectAsync("m");
        ModelConditions[] health = [.. Enumerable.Range(0, 2).Select(i => ModelConditions.Find(silos.Services(i), "m")!)];
        Assert.All(health, h => Assert.False(h.Any));

        store.IsAway = true;
        await Eventually.TrueAsync(() => health.All(h => h.Any));
        Assert.All(health, h => Assert.Equal("Model 'm': the last known decisions serve. The log of decisions cannot be read: away", Assert.Single(h.Current)));
        using (NamedValues inputs = FakeModel.Rows(1))
        {
            using NamedValues outputs = await runner.RunAsync(inputs);
            Assert.Equal(FakeModel.Expected(1), outputs[FakeModel.Output].AsSpan<float>().ToArray());
        }

        store.IsAway = false;
        await Eventually.TrueAsync(() => health.All(h => !h.Any));
    }

    /// <summary>An announcement that was lost: each silo finds the decision by itself.</summary>
    [Fact]
    public async Task Decision_NotAnnounced_IsFoundByAllSilos()
    {
        var store = new AwayStore();
        await using TestSilos silos = await TestSilos.StartAsync(2, ["m"], o => o.Pinned.Add("m"), before: (_, silo) => silo.Services.AddSingleton<IDecisionStore>(store));

        store.Head = new Decision { At = default, Action = DecisionActions.Label, Version = "1", Actor = "ann", Reason = "r" }.After(null);

        for (int i = 0; i < 2; i++)
        {
            var watch = silos.Services(i).GetRequiredService<Coordination.DirectoryWatch>();
            await Eventually.TrueAsync(() => watch.Known("m") == 1);
        }
    }

    private sealed class AwayStore : IDecisionStore
    {
        private volatile bool _isAway;
        private volatile Decision? _head;

        public bool IsAway { set => _isAway = value; }

        public Decision? Head { set => _head = value; }

        public ValueTask<Decision?> ReadHeadAsync(string model, CancellationToken cancellationToken = default) => _isAway ? throw new DecisionStoreException("away") : new(_head);

        public ValueTask<DecisionRecords> ReadAfterAsync(string model, long sequence, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public ValueTask<DecisionRecords> ReadAllAsync(string model, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public ValueTask<bool> TryAppendAsync(string model, Decision decision, CancellationToken cancellationToken = default) => throw new NotSupportedException();
    }
}
