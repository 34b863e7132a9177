using Inference.Status;
using Inference.TestSupport;

namespace Inference.Versioning.Tests;

/// <summary>What the calls of trials and A/B tests carry.</summary>
public sealed class RunArmTests : IDisposable
{
    private readonly TempRepository _repository = new();

    public void Dispose() => _repository.Dispose();

    [Fact]
    public async Task Canary_Calls_CarryTheirArmAndStage()
    {
        _repository.Publish("1");
        await using VersionedModelRunner runner = await _repository.OpenAsync(o =>
        {
            (o.Rollout, o.Canary.Percent, o.Canary.ShadowWarmupCalls) = (RolloutMode.Canary, 30, 0);
        });
        Assert.Null((await CallAsync(runner, "a")).Arm);
        _repository.Publish("2");
        await runner.Versions.RefreshAsync();
        RunRecord[] records = await CallsAsync(runner);
        Assert.Equal(2, records.Select(static r => r.Arm).Distinct(ReferenceEqualityComparer.Instance).Count());
        Assert.All(records, static r => Assert.Equal(r.VersionServed == "2", r.Arm!.IsTreatment));
        Assert.All(records, static r => Assert.Equal((0, 0.3), (r.Arm!.Stage, r.Arm.Share)));
        await runner.Versions.StartCanaryAsync("2", 50, "ann", "more");
        RunRecord[] later = await CallsAsync(runner);
        Assert.All(later, static r => Assert.Equal((1, 0.5), (r.Arm!.Stage, r.Arm.Share)));
        Assert.Equal(records[0].Arm!.Trial, later[0].Arm!.Trial);

        // Somebody who asks for a version by name is in no trial.
        var named = new RunContext { RoutingKey = "a" };
        IModelRunner second = (IModelRunner)runner.GetService(typeof(IModelRunner), "2")!;
        await TempRepository.ServedAsync(second, named);
        Assert.Equal(("2", null), (named.Record.VersionServed, named.Record.Arm));
        await runner.Versions.RollbackAsync("ann", "enough");
        Assert.Null((await CallAsync(runner, "a")).Arm);
    }

    [Fact]
    public async Task Variant_Calls_CarryTheirArmUntilThereAreSeveralVariants()
    {
        _repository.Publish("1");
        _repository.Publish("2");
        var options = new VersioningOptions { Policy = VersionPolicy.Pinned, PinnedVersion = "1", Watch = false, WarmupRuns = 0 };
        options.Variants.Add(new VariantOptions { Target = "2", Percent = 25 });
        await using VersionedModelRunner runner = await _repository.OpenAsync(o =>
        {
            (o.Policy, o.PinnedVersion) = (VersionPolicy.Pinned, "1");
            o.Variants.Add(new VariantOptions { Target = "2", Percent = 25 });
        });
        RunRecord[] records = await CallsAsync(runner);
        Assert.All(records, static r => Assert.Equal((r.VersionServed == "2", "2~1", 0, 0.25), (r.Arm!.IsTreatment, r.Arm.Trial, r.Arm.Stage, r.Arm.Share)));
        Assert.Contains(records, static r => r.Arm!.IsTreatment);
        options.Variants[0].Percent = 40;
        await runner.ChangeOptionsAsync(options);
        Assert.All(await CallsAsync(runner), static r => Assert.Equal((1, 0.4), (r.Arm!.Stage, r.Arm.Share)));
        options.Variants.Add(new VariantOptions { Target = "1", Percent = 10 });
        await runner.ChangeOptionsAsync(options);
        Assert.All(await CallsAsync(runner), static r => Assert.Null(r.Arm));
    }

    [Fact]
    public async Task Outcomes_OfARealTrial_RollItBack()
    {
        _repository.Publish("1");
        var evidence = new FakeOutcomes();
        await using VersionedModelRunner runner = await _repository.OpenAsync(o => (o.Rollout, o.Canary.Percent) = (RolloutMode.Canary, 30), outcomes: evidence);
        _repository.Publish("2");
        await runner.Versions.RefreshAsync();
        Assert.NotNull(runner.Versions.Canary?.Outcomes);
        evidence.Tell(20);
        await Eventually.TrueAsync(() => runner.Versions.Versions.Any(v => v is { Version: "2", State: ModelVersionState.Rejected }));
        Assert.StartsWith("outcomes: ", (await runner.Versions.ReadAuditAsync())[^1].Reason, StringComparison.Ordinal);
        await Eventually.TrueAsync(() => evidence.Disposed);
    }

    private static async Task<RunRecord[]> CallsAsync(VersionedModelRunner runner)
    {
        var records = new RunRecord[100];
        for (int i = 0; i < records.Length; i++)
        {
            records[i] = await CallAsync(runner, $"user-{i}");
        }

        return records;
    }

    private static async Task<RunRecord> CallAsync(VersionedModelRunner runner, string key)
    {
        var context = new RunContext { RoutingKey = key };
        await TempRepository.ServedAsync(runner, context);
        return context.Record;
    }
}
