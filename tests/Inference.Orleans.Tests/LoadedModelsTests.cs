using Inference.Orleans.Loading;
using Inference.TestSupport;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Inference.Orleans.Tests;

public sealed class LoadedModelsTests
{
    private const long Bytes = 1 << 20;

    [Fact]
    public async Task Enter_ManyModelsOverTheCap_StaysWithinIt()
    {
        var loader = new FakeLoader();
        await using ServiceProvider services = Services(loader, 2_000);
        LoadedModels models = Make(services, 20 * Bytes);
        long most = 0;
        var random = new Random(1);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            for (int i = 0; i < 1_000; i++)
            {
                int id;
                lock (random)
                {
                    id = random.Next(2_000);
                }

                ModelSlot slot = models.Find($"m{id}")!;
                Assert.True(await models.EnterAsync(slot, 100, CancellationToken.None));
                using NamedValues inputs = FakeModel.Rows(id);
                using NamedValues outputs = await slot.RunAsync(inputs, null, CancellationToken.None);
                Assert.Equal(FakeModel.Expected(id), outputs[FakeModel.Output].AsSpan<float>().ToArray());
                long reserved = models.Reserved, seen;
                while (reserved > (seen = Volatile.Read(ref most)) && Interlocked.CompareExchange(ref most, reserved, seen) != seen)
                {
                }
            }
        })));

        Assert.InRange(most, Bytes, 20 * Bytes);
        Assert.Equal(models.Slots.Where(s => s.State == SlotState.Loaded).Sum(s => s.Bytes), models.Reserved);
        Assert.True(models.Slots.All(s => s.Calls == 0));
    }

    [Fact]
    public async Task Enter_AtOnce_LoadsOnce()
    {
        var loader = new FakeLoader();
        loader.Gate.Close();
        await using ServiceProvider services = Services(loader, 1);
        LoadedModels models = Make(services, 20 * Bytes);
        ModelSlot slot = models.Find("m0")!;

        Task<bool>[] entered = [.. Enumerable.Range(0, 20).Select(_ => models.EnterAsync(slot, 100, CancellationToken.None).AsTask())];
        await Eventually.TrueAsync(() => loader.Gate.Waiting == 1);
        loader.Gate.Open();

        Assert.All(await Task.WhenAll(entered), Assert.True);
        Assert.Equal(1, loader.Loads);
        Assert.Equal(20, slot.Calls);
    }

    [Fact]
    public async Task Enter_FullWithCallsInFlight_WaitsForThem()
    {
        await using ServiceProvider services = Services(new FakeLoader(), 2);
        LoadedModels models = Make(services, Bytes);
        ModelSlot first = models.Find("m0")!, second = models.Find("m1")!;
        Assert.True(await models.EnterAsync(first, 100, CancellationToken.None));

        Task<bool> entered = models.EnterAsync(second, 100, CancellationToken.None).AsTask();
        await Eventually.TrueAsync(() => first.State == SlotState.Leaving);
        Assert.False(first.TryEnter(100));
        Assert.False(entered.IsCompleted);
        first.Leave();

        Assert.True(await entered);
        Assert.Equal((SlotState.Empty, SlotState.Loaded, Bytes), (first.State, second.State, models.Reserved));
    }

    [Fact]
    public async Task Regression_EnterWhileAllRoomIsBeingLoaded_GoesOnWhenALoadEnds()
    {
        var loader = new FakeLoader();
        loader.Gate.Close();
        await using ServiceProvider services = Services(loader, 2);
        LoadedModels models = Make(services, Bytes);
        ModelSlot first = models.Find("m0")!, second = models.Find("m1")!;
        Task loaded = models.LoadAsync(first, CancellationToken.None);
        await Eventually.TrueAsync(() => loader.Gate.Waiting == 1);

        Task<bool> entered = models.EnterAsync(second, 100, CancellationToken.None).AsTask();
        await Task.Delay(100);
        Assert.Equal(SlotState.Empty, second.State);
        loader.Gate.Open();
        await loaded;

        Assert.True(await entered.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal((SlotState.Empty, SlotState.Loaded, Bytes), (first.State, second.State, models.Reserved));
    }

    [Fact]
    public async Task Enter_OldestIsUnloaded_PinnedIsNot()
    {
        await using ServiceProvider services = Services(new FakeLoader(), 4);
        LoadedModels models = Make(services, 3 * Bytes, o => o.Pinned.Add("m0"));
        foreach (string name in (string[])["m0", "m1", "m2"])
        {
            await EnterAndLeaveAsync(models, name);
        }

        await EnterAndLeaveAsync(models, "m1");
        await EnterAndLeaveAsync(models, "m3");

        Assert.Equal(["m0", "m1", "m3"], models.Slots.Where(s => s.State == SlotState.Loaded).Select(s => s.Model).Order());
    }

    [Fact]
    public async Task Enter_LargerThanTheCap_SaysSo()
    {
        await using ServiceProvider services = Services(new FakeLoader(), 1);
        LoadedModels models = Make(services, Bytes, o => o.BytesOf = _ => Bytes + 1);

        ModelLoadException error = await Assert.ThrowsAsync<ModelLoadException>(async () => await models.EnterAsync(models.Find("m0")!, 1, CancellationToken.None));

        Assert.Contains("MaxModelBytes", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, models.Reserved);
    }

    [Fact]
    public async Task Enter_LoadFails_ReleasesTheBytesAndTriesAgain()
    {
        var loader = new FakeLoader { Fail = _ => new ModelLoadException("no") };
        await using ServiceProvider services = Services(loader, 1);
        LoadedModels models = Make(services, Bytes);
        ModelSlot slot = models.Find("m0")!;

        await Assert.ThrowsAsync<ModelLoadException>(async () => await models.EnterAsync(slot, 1, CancellationToken.None));
        Assert.Equal((SlotState.Empty, 0L), (slot.State, models.Reserved));
        loader.Fail = _ => null;

        Assert.True(await models.EnterAsync(slot, 1, CancellationToken.None));
    }

    [Fact]
    public async Task Close_WithCalls_WaitsForThemAndRefusesOthers()
    {
        await using ServiceProvider services = Services(new FakeLoader(), 1);
        LoadedModels models = Make(services, Bytes);
        ModelSlot slot = models.Find("m0")!;
        Assert.True(await models.EnterAsync(slot, 100, CancellationToken.None));

        Task closed = models.CloseAsync(CancellationToken.None);
        Assert.False(await models.EnterAsync(slot, 100, CancellationToken.None));
        Assert.False(closed.IsCompleted);
        slot.Leave();

        await closed;
    }

    private static async Task EnterAndLeaveAsync(LoadedModels models, string name)
    {
        ModelSlot slot = models.Find(name)!;
        Assert.True(await models.EnterAsync(slot, 100, CancellationToken.None));
        slot.Leave();
    }

    private static LoadedModels Make(IServiceProvider services, long cap, Action<InferenceSiloOptions>? configure = null)
    {
        var options = new InferenceSiloOptions { MaxModelBytes = cap, BytesOf = _ => Bytes };
        configure?.Invoke(options);
        return new LoadedModels(services, Microsoft.Extensions.Options.Options.Create(options));
    }

    private static ServiceProvider Services(FakeLoader loader, int count)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IModelLoader>(loader);
        for (int i = 0; i < count; i++)
        {
            services.AddModel($"m{i}", o => (o.Source, o.WarmUp) = (ModelSource.Bytes(new byte[1]), false));
        }

        return services.BuildServiceProvider();
    }
}
