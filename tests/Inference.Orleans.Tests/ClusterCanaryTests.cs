using Inference.Decisions;
using Inference.Feedback;
using Inference.Monitoring;
using Inference.Orleans.Coordination;
using Inference.Orleans.Grains;
using Inference.Orleans.Silos;
using Inference.Status;
using Inference.TestSupport;
using Inference.Versioning;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Hosting;

namespace Inference.Orleans.Tests;

public sealed class ClusterCanaryTests : IDisposable
{
    private const int Silos = 3;
    private readonly TemporaryFolder _folder = new();

    public ClusterCanaryTests()
    {
        Publish("1");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Trial_ErrorsRiseByFivePoints_IsRolledBackOnAllSilosByAsManyCallsAsInOneProcess()
    {
        int alone = await CallsUntilRollbackAsync(1);
        int together = await CallsUntilRollbackAsync(Silos);

        // Evidence is looked at when it has grown by a 64th, and when it is exchanged.
        Assert.InRange(together, alone - (alone / 64) - 30, alone + (alone / 64) + 30);
    }

    [Fact]
    public async Task Decisions_OfTwoActivationsOfALog_OneSurvives()
    {
        await using TestSilos silos = await StartAsync(Silos);
        IDecisionStore[] stores = [.. Enumerable.Range(0, Silos).Select(i => silos.Services(i).GetRequiredService<IDecisionStore>())];

        // Each writer believes that the log is empty, as behind a second activation of a directory grain.
        bool[] added = await Task.WhenAll(stores.Select((store, i) => store.TryAppendAsync("other", Draft($"silo {i}").After(null)).AsTask()));

        Assert.Equal(1, added.Count(a => a));
        Assert.Single((await stores[0].ReadAllAsync("other")).Records);
    }

    [Fact]
    public async Task Trial_AlarmsInAllSilosAtOnce_IsRolledBackOnce()
    {
        await using TestSilos silos = await StartAsync(Silos);
        IModelRunner[] runners = await OpenAsync(silos);
        await Versions(runners[0]).StartCanaryAsync("2", 50, "test", "a trial");
        await Eventually.TrueAsync(() => runners.All(r => Versions(r).Canary is not null));

        await Task.WhenAll(runners.Select(runner => Task.Run(async () =>
        {
            for (int i = 0; i < 2_000 && Versions(runner).Canary is not null; i++)
            {
                await CallAsync(runner, i, (_, isCanary) => isCanary);
            }
        })));

        await Eventually.TrueAsync(() => runners.All(r => Versions(r).Canary is null));
        await RollbackAsync(runners[0]);
    }

    /// <summary>Each silo takes a third of the reports.</summary>
    [Fact]
    public async Task Outcomes_ReportedInDifferentSilos_AreJudgedTogether()
    {
        const int Calls = 240;
        await using TestSilos silos = await StartAsync(Silos, static b => b.UseFeedback().UseOutcomes(static o => (o.Maturity, o.Interval) = (TimeSpan.Zero, TimeSpan.FromHours(1))));
        IModelRunner[] runners = await OpenAsync(silos);
        await Versions(runners[0]).StartCanaryAsync("2", 50, "test", "a trial");
        await Eventually.TrueAsync(() => runners.All(r => Versions(r).Canary is not null));
        long treated = 0;
        for (int i = 0; i < Calls; i++)
        {
            IModelRunner runner = runners[i % Silos];
            var context = new RunContext { RoutingKey = i.ToString(System.Globalization.CultureInfo.InvariantCulture) };
            using NamedValues inputs = FakeModel.Rows(0);
            (await runner.RunAsync(inputs, context)).Dispose();
            treated += context.Record.Arm!.IsTreatment ? 1 : 0;
            var feedback = runner.GetService<IFeedback>()!;
            await Eventually.TrueAsync(() => feedback.ReportAsync(context.Record.PredictionId, Share(i) < (context.Record.Arm.IsTreatment ? 0.45 : 0.55) ? 1 : 0).AsTask().GetAwaiter().GetResult() == FeedbackAnswer.Accepted);
        }

        OutcomeTrialStatus[] Seen() => [.. runners.Select(r => Versions(r).Canary!.Outcomes!)];
        await Eventually.TrueAsync(() =>
        {
            // Everybody judges and tells, then everybody knows and judges.
            for (int round = 0; round < 3; round++)
            {
                for (int i = 0; i < Silos; i++)
                {
                    silos.Services(i).GetRequiredKeyedService<OutcomeJudge>("m").Evaluate();
                    silos.Services(i).GetRequiredService<EvidenceExchange>().ExchangeAsync().GetAwaiter().GetResult();
                }
            }

            return Seen().All(static s => s.Treatment + s.Control == Calls);
        });
        Assert.All(Seen(), s => Assert.Equal(treated, s.Treatment));
        Assert.Single(Seen().Select(static s => s.LogEvidence).Distinct());
    }

    // No call goes to the version from the alarm on; the record follows.
    private static async Task<Decision> RollbackAsync(IModelRunner runner)
    {
        IReadOnlyList<Decision> log = [];
        while (log.All(d => d.Action != DecisionActions.Rollback))
        {
            log = await Versions(runner).ReadAuditAsync();
        }

        return Assert.Single(log, d => d.Action == DecisionActions.Rollback);
    }

    private async Task<int> CallsUntilRollbackAsync(int count)
    {
        Directory.Delete(_folder.Path, recursive: true);
        Publish("1");
        await using TestSilos silos = await StartAsync(count);
        IModelRunner[] runners = await OpenAsync(silos);
        await Versions(runners[0]).StartCanaryAsync("2", 10, "test", "a trial");
        await Eventually.TrueAsync(() => runners.All(r => Versions(r).Canary is not null), "the trial is not everywhere");
        EvidenceExchange[] exchanges = [.. Enumerable.Range(0, count).Select(i => silos.Services(i).GetRequiredService<EvidenceExchange>())];
        int calls = 0;
        while (runners.All(r => Versions(r).Canary is not null))
        {
            Assert.InRange(++calls, 0, 200_000);
            await CallAsync(runners[calls % count], calls, static (key, isCanary) => Share(key) < (isCanary ? 0.10 : 0.05));
            if (calls % 30 == 0)
            {
                // Everybody tells, then everybody knows.
                foreach (EvidenceExchange exchange in (EvidenceExchange[])[.. exchanges, .. exchanges])
                {
                    await exchange.ExchangeAsync();
                }
            }
        }

        await Eventually.TrueAsync(() => runners.All(r => Versions(r).Canary is null), "the rollback is not everywhere");
        Assert.All(runners, r => Assert.Equal("1", Versions(r).DefaultVersion));
        Decision rollback = await RollbackAsync(runners[0]);
        Assert.Equal(("2", DecisionActors.SequentialTest), (rollback.Version, rollback.Actor));
        return calls;
    }

    private async Task<TestSilos> StartAsync(int count, Action<IModelBuilder>? use = null) => await TestSilos.StartAsync(
        count,
        [],
        o => o.EvidenceInterval = TimeSpan.FromMinutes(1),
        (_, source, options) => new FakeRunner(FakeModel.Info(options.Name!, File.ReadAllText(source.ResolveFile()!)))
        {
            // The first element says which versions fail the call.
            Fail = inputs => ((int)inputs[FakeModel.Input].AsSpan<float>()[0] & int.Parse(File.ReadAllText(source.ResolveFile()!), System.Globalization.CultureInfo.InvariantCulture)) != 0 ? new ModelRunException("no") : null,
        },
        (_, silo) =>
        {
            silo.KeepDecisionsInMemory();
            IModelBuilder model = silo.Services.AddModel("m", o => (o.Source, o.WarmUp) = (ModelSource.Directory(_folder.Path), false));
            use?.Invoke(model);
            model.UseVersioning(o =>
            {
                (o.Rollout, o.Watch, o.PollInterval, o.WarmupRuns) = (RolloutMode.Manual, false, TimeSpan.FromHours(1), 0);
                (o.Canary.ShadowWarmupCalls, o.Canary.CompareLatency) = (0, false);
            });
        });

    private void Publish(string version)
    {
        Directory.CreateDirectory(Path.Combine(_folder.Path, version));
        File.WriteAllText(Path.Combine(_folder.Path, version, "model.onnx"), version);
    }

    // Version 1 serves, version 2 is there.
    private async Task<IModelRunner[]> OpenAsync(TestSilos silos)
    {
        var runners = new List<IModelRunner>();
        for (int i = 0; i < silos.Cluster.Silos.Count; i++)
        {
            var models = silos.Services(i).GetRequiredService<Loading.LoadedModels>();
            await models.LoadAsync(models.Find("m")!, CancellationToken.None);
            runners.Add(models.Find("m")!.Runner);
        }

        Publish("2");
        foreach (IModelRunner runner in runners)
        {
            await Versions(runner).RefreshAsync();
            Assert.Equal("1", Versions(runner).DefaultVersion);
        }

        return [.. runners];
    }

    private static async Task CallAsync(IModelRunner runner, int key, Func<int, bool, bool> fails)
    {
        using NamedValues inputs = FakeModel.Rows((fails(key, false) ? 1 : 0) | (fails(key, true) ? 2 : 0));
        try
        {
            using NamedValues outputs = await runner.RunAsync(inputs, new RunContext { RoutingKey = key.ToString(System.Globalization.CultureInfo.InvariantCulture) });
        }
        catch (ModelRunException)
        {
            // As the test wants it.
        }
    }

    // The same for a key whoever is called.
    private static double Share(int key) => ((uint)key * 2654435761u >> 8) / (double)(1 << 24);

    private static IModelVersions Versions(IModelRunner runner) => runner.GetService<IModelVersions>()!;

    private static Decision Draft(string actor) => new() { At = DateTimeOffset.UnixEpoch, Action = DecisionActions.Promote, Version = "1", Actor = actor, Reason = "a test" };
}
