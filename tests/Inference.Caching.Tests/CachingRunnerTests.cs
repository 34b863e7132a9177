using FsCheck;
using FsCheck.Fluent;
using Inference.Status;
using Inference.TestSupport;

namespace Inference.Caching.Tests;

public class CachingRunnerTests
{
    [Fact]
    public async Task RunAsync_SameRowAgain_IsAnsweredFromMemory()
    {
        using var f = new CachingFixture();
        Assert.Equal(CachingFixture.Expected(5), await f.Call(5));
        Assert.Equal(CachingFixture.Expected(5), await f.Call(5));
        Assert.Equal(1, f.Model.Calls);
        CacheStatistics statistics = f.Control.Statistics;
        Assert.Equal((1, 1, 1), (statistics.Entries, statistics.Hits, statistics.Misses));
    }

    [Fact]
    public async Task RunAsync_SomeRowsKnown_RunsOnlyTheOthersAndKeepsTheOrder()
    {
        using var f = new CachingFixture();
        await f.Call([1, 3]);
        Assert.Equal(CachingFixture.Expected(0, 1, 2, 3, 4), await f.Call([0, 1, 2, 3, 4]));
        Assert.Equal([2, 3], f.Model.Batches);
        Assert.All(f.Model.RowsSeen.Values, count => Assert.Equal(1, count));
    }

    [Fact]
    public void RunAsync_AnyCalls_AnswersAreRightAndNoRowRunsTwice() =>
        Prop.ForAll(ArbMap.Default.ArbFor<NonEmptyArray<NonEmptyArray<byte>>>(), calls =>
        {
            using var f = new CachingFixture();
            foreach (NonEmptyArray<byte> call in calls.Get)
            {
                float[] ids = [.. call.Get.Select(b => (float)(b % 16))];
                Assert.Equal(CachingFixture.Expected(ids), f.Call(ids).GetAwaiter().GetResult());
            }

            return f.Model.RowsSeen.Values.All(count => count == 1);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public async Task RunAsync_BypassCache_NeitherReadsNorWrites()
    {
        using var f = new CachingFixture();
        var bypass = new RunContext { BypassCache = true };
        await f.Call(1, bypass);
        Assert.Equal(0, f.Control.Statistics.Entries);
        await f.Call(1);
        await f.Call(1, bypass);
        Assert.Equal(3, f.Model.Calls);
    }

    [Fact]
    public async Task RunAsync_TimeToLive_EndsEntries()
    {
        using var f = new CachingFixture(o => o.TimeToLive = TimeSpan.FromSeconds(10));
        await f.Call(1);
        f.Clock.Advance(TimeSpan.FromSeconds(10) - TimeSpan.FromTicks(1));
        await f.Call(1);
        Assert.Equal(1, f.Model.Calls);
        f.Clock.Advance(TimeSpan.FromTicks(1));
        await f.Call(1);
        Assert.Equal(2, f.Model.Calls);
        Assert.Equal(1, f.Control.Statistics.Entries);
    }

    [Fact]
    public void RunAsync_ManyRows_StaysWithinMaxBytes() =>
        Prop.ForAll(ArbMap.Default.ArbFor<NonEmptyArray<short>>(), draw =>
        {
            using var f = new CachingFixture(o => o.MaxBytes = 8192);
            foreach (short id in draw.Get)
            {
                f.Call(id).GetAwaiter().GetResult();
                Assert.InRange(f.Control.Statistics.Bytes, 0, 8192);
            }

            return f.Control.Statistics.Entries <= draw.Get.Distinct().Count();
        }).QuickCheckThrowOnFailure();

    [Fact]
    public async Task RunAsync_FullStore_KeepsWhatIsReadOften()
    {
        using var f = new CachingFixture(o => o.MaxBytes = 8192);
        await f.Call(-1);
        for (int i = 0; i < 200; i++)
        {
            await f.Call(-1);
            await f.Call(i);
        }

        Assert.Equal(1, f.Model.RowsSeen[-1]);
        await f.Call(0);
        Assert.Equal(2, f.Model.RowsSeen[0]);
    }

    [Fact]
    public async Task RunAsync_Tenants_DoNotShare()
    {
        using var f = new CachingFixture();
        await f.Call(1, new RunContext { Tenant = "a" });
        await f.Call(1, new RunContext { Tenant = "b" });
        await f.Call(1, new RunContext { Tenant = "" });
        await f.Call(1);
        Assert.Equal(4, f.Model.Calls);
        await f.Call(1, new RunContext { Tenant = "a" });
        Assert.Equal(4, f.Model.Calls);
    }

    [Fact]
    public async Task EraseTenant_ForgetsItAndNobodyElse()
    {
        using var f = new CachingFixture();
        var a = new RunContext { Tenant = "a" };
        await f.Call(1, a);
        await f.Call(1);
        Assert.True(await f.Control.EraseTenantAsync("a"));
        await f.Call(1);
        Assert.Equal(2, f.Model.Calls);
        await f.Call(1, a);
        Assert.Equal(3, f.Model.Calls);
    }

    [Fact]
    public async Task EraseTenant_WhileARunIsInFlight_DoesNotKeepItsAnswer()
    {
        using var f = new CachingFixture();
        f.Model.Gate.Close();
        Task<float[]> call = f.Call(1);
        await Eventually.TrueAsync(() => f.Model.Gate.Waiting == 1);
        await f.Control.EraseTenantAsync(null);
        f.Model.Gate.Open();
        Assert.Equal(CachingFixture.Expected(1), await Eventually.CompletesAsync(call));
        Assert.Equal(0, f.Control.Statistics.Entries);
    }

    [Fact]
    public async Task RunAsync_InputsChangedAfterwards_DoNotChangeTheCache()
    {
        using var f = new CachingFixture();
        float[] memory = [1, 1, 2, 3];
        using (var borrowed = new NamedValues { ["x"] = TensorValue.Borrow<float>(memory, [1, 4]) })
        {
            (await f.Runner.RunAsync(borrowed)).Dispose();
        }

        memory[0] = 9;
        Assert.Equal(CachingFixture.Expected(9), await f.Call(9));
        Assert.Equal(CachingFixture.Expected(1), await f.Call(1));
        Assert.Equal(2, f.Model.Calls);
    }

    [Fact]
    public async Task RunAsync_SameBytesOfAnotherShapeOrType_AreOtherRows()
    {
        int calls = 0;
        using var f = new CachingFixture(model: new FakeRunner(compute: x =>
        {
            calls++;
            return new NamedValues { ["y"] = TensorValue.Copy<float>(new float[] { x["x"].Rank }, [1, 1]) };
        }));
        using var flat = new NamedValues { ["x"] = TensorValue.Copy<float>(new float[4], [1, 4]) };
        using var square = new NamedValues { ["x"] = TensorValue.Copy<float>(new float[4], [1, 2, 2]) };
        using var ints = new NamedValues { ["x"] = TensorValue.Copy<int>(new int[4], [1, 4]) };
        for (int i = 0; i < 2; i++)
        {
            Assert.Equal(2f, (await f.Runner.RunAsync(flat))["y"].AsSpan<float>()[0]);
            Assert.Equal(3f, (await f.Runner.RunAsync(square))["y"].AsSpan<float>()[0]);
            Assert.Equal(2f, (await f.Runner.RunAsync(ints))["y"].AsSpan<float>()[0]);
        }

        Assert.Equal(3, calls);
    }

    [Fact]
    public async Task RunAsync_NegativeZeroAndNaN_AreComparedBitByBit()
    {
        using var f = new CachingFixture();
        await f.Call(0f);
        await f.Call(-0f);
        await f.Call(float.NaN);
        await f.Call(float.NaN);
        Assert.Equal(3, f.Model.Calls);
    }

    [Fact]
    public async Task RunAsync_Strings_AreCached()
    {
        ModelInfo info = FakeModel.Info() with
        {
            Inputs = [new ModelPort("text", ModelValueType.Tensor(ElementType.String, [Dimension.Named("N")]))],
        };
        int calls = 0;
        using var f = new CachingFixture(model: new FakeRunner(info, x =>
        {
            calls++;
            return new NamedValues { ["upper"] = TensorValue.Copy<string>(x["text"].AsSpan<string>().ToArray().Select(s => s.ToUpperInvariant()).ToArray(), x["text"].Shape) };
        }));
        for (int i = 0; i < 2; i++)
        {
            using var inputs = new NamedValues { ["text"] = TensorValue.Copy<string>(["a", "bc", "a"], [3]) };
            using NamedValues outputs = await f.Runner.RunAsync(inputs);
            Assert.Equal(["A", "BC", "A"], outputs["upper"].AsSpan<string>().ToArray());
        }

        Assert.Equal(1, calls);
    }

    [Fact]
    public async Task RunAsync_RowsNotIndependent_CachesWholeCalls()
    {
        using var f = new CachingFixture(model: new FakeRunner(FakeModel.Info() with { RowIndependent = false }));
        await f.Call([1, 2]);
        await f.Call([1, 2]);
        Assert.Equal(1, f.Model.Calls);
        await f.Call([2, 1]);
        await f.Call(1);
        Assert.Equal([2, 2, 1], f.Model.Batches);
    }

    [Fact]
    public async Task RunAsync_ModelFails_IsNotKept()
    {
        using var f = new CachingFixture();
        f.Model.Poisoned = id => id == 1;
        await Assert.ThrowsAsync<ModelRunException>(() => f.Call(1));
        f.Model.Poisoned = _ => false;
        Assert.Equal(CachingFixture.Expected(1), await f.Call(1));
    }

    [Fact]
    public async Task RunAsync_Context_GetsARecord()
    {
        using var f = new CachingFixture();
        var first = new RunContext();
        var second = new RunContext();
        var third = new RunContext();
        await f.Call([1, 2], first);
        await f.Call([1, 2], second);
        await f.Call([1, 2, 3], third);
        Assert.Equal(["cache:miss"], first.Record.Path);
        Assert.Equal(["cache:hit"], second.Record.Path);
        Assert.Equal(["cache:2/3"], third.Record.Path);
    }

    [Fact]
    public void Build_NotDeterministic_FailsOrPassesThrough()
    {
        using var model = new FakeRunner(FakeModel.Info() with { Deterministic = false });
        InferenceException error = Assert.Throws<InferenceException>(() => model.AsBuilder().UseCaching().Build());
        Assert.Contains("draws random numbers", error.Message, StringComparison.Ordinal);
        Assert.Same(model, model.AsBuilder().UseCaching(o => o.WhenNotCacheable = NotCacheableMode.PassThrough).Build());
    }

    [Fact]
    public void Build_InvalidOptions_NamesThem()
    {
        Exception error = Assert.ThrowsAny<Exception>(() => new FakeRunner().AsBuilder().UseCaching(o => o.MaxBytes = 1).Build());
        Assert.Contains("MaxBytes", error.Message, StringComparison.Ordinal);
        error = Assert.ThrowsAny<Exception>(() => new FakeRunner().AsBuilder().UseCaching(o => o.SecondLevel.Timeout = TimeSpan.Zero).Build());
        Assert.Contains("Timeout", error.Message, StringComparison.Ordinal);
        error = Assert.ThrowsAny<Exception>(() => new FakeRunner().AsBuilder().UseCaching(o => o.SecondLevel.Enabled = true).Build());
        Assert.Contains("IDistributedCache", error.Message, StringComparison.Ordinal);
    }
}
