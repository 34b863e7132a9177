using Inference.Decisions;
using Inference.Status;
using Inference.TestSupport;

namespace Inference.Versioning.Tests;

public sealed class CanaryRoutingTests : IDisposable
{
    private readonly TempRepository _repository = new();

    public void Dispose() => _repository.Dispose();

    [Fact]
    public async Task Canary_RoutingKey_SticksAndRaisingThePercentKeepsEverybody()
    {
        _repository.Publish("1");
        await using VersionedModelRunner runner = await OpenAsync(10);
        _repository.Publish("2");
        await runner.Versions.RefreshAsync();
        Assert.Equal("1", runner.Versions.DefaultVersion);
        HashSet<string> few = await CanaryKeysAsync(runner);
        Assert.Equal(few, await CanaryKeysAsync(runner));
        Assert.InRange(few.Count, 60, 140);
        await runner.Versions.StartCanaryAsync("2", 30, "ann", "more");
        HashSet<string> more = await CanaryKeysAsync(runner);
        Assert.Superset(few, more);
        Assert.InRange(more.Count, 240, 360);
    }

    [Fact]
    public async Task Canary_SameKeysOnAnotherProcess_GoTheSameWay()
    {
        _repository.Publish("1");
        await using VersionedModelRunner runner = await OpenAsync(20);
        _repository.Publish("2");
        await runner.Versions.RefreshAsync();
        using var other = new TempRepository();
        other.Publish("1");
        await using VersionedModelRunner twin = await other.OpenAsync(o => (o.Rollout, o.Canary.Percent) = (RolloutMode.Canary, 20));
        other.Publish("2");
        await twin.Versions.RefreshAsync();
        Assert.Equal(await CanaryKeysAsync(runner), await CanaryKeysAsync(twin));
    }

    [Fact]
    public async Task Canary_Fails_IsRolledBackForGoodAndNoCallerGoesThereAgain()
    {
        _repository.Publish("1");
        _repository.On("2", r => r.Fail = _ => new ModelRunException("broken"));
        await using (VersionedModelRunner runner = await OpenAsync(20))
        {
            _repository.Publish("2");
            await runner.Versions.RefreshAsync();
            int calls = 0;
            int failed = 0;
            while (runner.Versions.Canary is not null)
            {
                Assert.True(++calls < 1_000, "the canary was never rolled back");
                try
                {
                    await TempRepository.ServedAsync(runner);
                }
                catch (ModelRunException)
                {
                    failed++;
                }
            }

            Assert.InRange(failed, 1, 20);
            // While the rejected instance drains, the version is listed once for it and once for its new state.
            await Eventually.TrueAsync(() => runner.Versions.Versions.Where(v => v.Version == "2").ToArray() is [{ State: ModelVersionState.Rejected }]);
            Decision entry = (await runner.Versions.ReadAuditAsync())[^1];
            Assert.Equal(("rollback", "2", "sequential test"), (entry.Action, entry.Version, entry.Actor));
            await runner.Versions.RefreshAsync();
            Assert.Null(runner.Versions.Canary);
            for (int i = 0; i < 200; i++)
            {
                Assert.Equal("1", await TempRepository.ServedAsync(runner));
            }
        }

        await using VersionedModelRunner again = await OpenAsync(20);
        Assert.Null(again.Versions.Canary);
        Assert.Equal("1", again.Versions.DefaultVersion);
        _repository.On("2", _ => { });
        _repository.Publish("2", "2.5");
        await again.Versions.RefreshAsync();
        Assert.Equal("2", again.Versions.Canary?.Version);
    }

    [Fact]
    public async Task Canary_OperatorRollsBack_TheDefaultStays()
    {
        _repository.Publish("1");
        await using VersionedModelRunner runner = await OpenAsync(100);
        _repository.Publish("2");
        await runner.Versions.RefreshAsync();
        Assert.Equal("2", await TempRepository.ServedAsync(runner));
        Assert.Equal("2", await runner.Versions.RollbackAsync("ann", "no"));
        Assert.Equal("1", await TempRepository.ServedAsync(runner));
        Assert.Null(runner.Versions.Canary);
    }

    [Fact]
    public async Task Canary_Promoted_BecomesTheDefault()
    {
        _repository.Publish("1");
        await using VersionedModelRunner runner = await OpenAsync(0);
        _repository.Publish("2");
        await runner.Versions.RefreshAsync();
        Assert.Equal("1", await TempRepository.ServedAsync(runner));
        await runner.Versions.PromoteAsync("2", "ann", "why");
        Assert.Null(runner.Versions.Canary);
        Assert.Equal("2", await TempRepository.ServedAsync(runner));
    }

    [Fact]
    public async Task Canary_EnoughCallsWithoutAlarm_IsPromotedByItself()
    {
        _repository.Publish("1");
        await using VersionedModelRunner runner = await _repository.OpenAsync(o =>
        {
            o.Rollout = RolloutMode.Canary;
            o.Canary.Percent = 50;
            o.Canary.PromoteAfterCalls = 20;
        });
        _repository.Publish("2");
        await runner.Versions.RefreshAsync();
        for (int i = 0; i < 200; i++)
        {
            await TempRepository.ServedAsync(runner);
        }

        await Eventually.TrueAsync(() => runner.Versions.DefaultVersion == "2");
    }

    [Fact]
    public async Task Variants_Shares_AreStickyAndDoNotOverlap()
    {
        for (int v = 1; v <= 3; v++)
        {
            _repository.Publish(v.ToString());
        }

        await using VersionedModelRunner runner = await _repository.OpenAsync(o =>
        {
            o.Variants.Add(new VariantOptions { Target = "1", Percent = 25 });
            o.Variants.Add(new VariantOptions { Target = "2", Percent = 25 });
        });
        var counts = new Dictionary<string, int>();
        for (int i = 0; i < 2_000; i++)
        {
            var context = new RunContext { RoutingKey = "user-" + i };
            string served = await TempRepository.ServedAsync(runner, context);
            Assert.Equal(served, await TempRepository.ServedAsync(runner, new RunContext { RoutingKey = "user-" + i }));
            counts[served] = counts.GetValueOrDefault(served) + 1;
        }

        Assert.InRange(counts["1"], 420, 580);
        Assert.InRange(counts["2"], 420, 580);
        Assert.InRange(counts["3"], 900, 1_100);
    }

    [Fact]
    public async Task Shadow_DifferentOutputs_AreFoundAndNobodyGetsThem()
    {
        _repository.Publish("1");
        _repository.Publish("2");
        await using VersionedModelRunner runner = await _repository.OpenAsync(o => (o.Rollout, o.Policy, o.PinnedVersion, o.Shadow.Target) = (RolloutMode.Manual, VersionPolicy.Pinned, "1", "2"));
        Assert.Equal("1", await TempRepository.ServedAsync(runner));
        await Eventually.TrueAsync(() => runner.Versions.Shadow!.Compared == 1);
        Assert.Equal(1, runner.Versions.Shadow!.Different);
        Assert.Equal(1_000, runner.Versions.Shadow.LargestDifference);
        Assert.Contains("output 'y': element 0", runner.Versions.Shadow.LastDifference);
    }

    [Fact]
    public async Task Shadow_BudgetUsedUp_DropsCopiesAndNeverHoldsACaller()
    {
        _repository.Publish("1");
        _repository.Publish("2");
        _repository.On("2", r => r.Gate.Close());
        await using VersionedModelRunner runner = await _repository.OpenAsync(o =>
        {
            (o.Policy, o.PinnedVersion, o.Shadow.Target, o.Shadow.MaxInFlight) = (VersionPolicy.Pinned, "1", "latest", 2);
        });
        for (int i = 0; i < 10; i++)
        {
            Assert.Equal("1", await TempRepository.ServedAsync(runner));
        }

        Assert.Equal(8, runner.Versions.Shadow!.Dropped);
        Assert.InRange(_repository.Runner("2").MaxActive, 0, 2);
        _repository.Runner("2").Gate.Open();
        await Eventually.TrueAsync(() => runner.Versions.Shadow!.Compared == 2);
    }

    [Fact]
    public async Task Shadow_Fails_IsCountedAndNobodyNotices()
    {
        _repository.Publish("1");
        _repository.Publish("2");
        _repository.On("2", r => r.Fail = _ => new InvalidOperationException("crash"));
        await using VersionedModelRunner runner = await _repository.OpenAsync(o => (o.Policy, o.PinnedVersion, o.Shadow.Target) = (VersionPolicy.Pinned, "1", "2"));
        Assert.Equal("1", await TempRepository.ServedAsync(runner));
        await Eventually.TrueAsync(() => runner.Versions.Shadow!.Failed == 1);
    }

    private Task<VersionedModelRunner> OpenAsync(double percent) =>
        _repository.OpenAsync(o => (o.Rollout, o.Canary.Percent) = (RolloutMode.Canary, percent));

    private static async Task<HashSet<string>> CanaryKeysAsync(VersionedModelRunner runner)
    {
        var keys = new HashSet<string>();
        for (int i = 0; i < 1_000; i++)
        {
            string key = "user-" + i;
            if (await TempRepository.ServedAsync(runner, new RunContext { RoutingKey = key }) == "2")
            {
                keys.Add(key);
            }
        }

        return keys;
    }
}
