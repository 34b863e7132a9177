using Inference.Caching.Stage;
using Inference.Feedback;
using Inference.Security;
using Inference.TestSupport;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Caching.Tests;

public sealed class SubjectErasureTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FaultyDistributedCache _cache = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Erase_Subject_RemovesTheRowsOfItsCallsAlone()
    {
        using var model = new FakeRunner();
        await using ServiceProvider services = Services(keys: false);
        await using IModelRunner runner = Open(model, services);
        await RunAsync(runner, 1, "ana");
        await RunAsync(runner, 2, "ben");
        ErasureReport report = await runner.GetService<IErasable>()!.EraseAsync("ana");
        Assert.Equal(new ErasureReport(DataOwner.OfSubject("ana"), CachedRows: 1), report);
        int calls = model.Calls;
        await RunAsync(runner, 2, "ben");
        Assert.Equal(calls, model.Calls);
        await RunAsync(runner, 1, "ana");
        Assert.Equal(calls + 1, model.Calls);
    }

    [Fact]
    public async Task SecondLevel_WithoutKeys_GetsNoRowOfASubject()
    {
        using var model = new FakeRunner();
        await using ServiceProvider services = Services(keys: false);
        await using IModelRunner runner = Open(model, services);
        await RunAsync(runner, 1, "ana");
        await RunAsync(runner, 2, null);
        await Eventually.TrueAsync(() => _cache.Rows == 1);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task SecondLevel_WithKeys_IsReadByOthersUntilItsOwnerIsErased(bool tenant)
    {
        await using ServiceProvider services = Services(keys: true);
        using (var model = new FakeRunner())
        {
            await using IModelRunner runner = Open(model, services);
            await RunAsync(runner, 1, "ana", "acme");
            await RunAsync(runner, 2, "ben", "other");
            await RunAsync(runner, 3, null);
            await Eventually.TrueAsync(() => _cache.Rows == 3);
        }

        using (var model = new FakeRunner())
        {
            await using IModelRunner runner = Open(model, services);
            await RunAsync(runner, 1, "ben", "acme");
            await RunAsync(runner, 2, "ben", "other");
            await RunAsync(runner, 3, null);
            Assert.Equal(0, model.Calls);
            IErasable erasable = runner.GetService<IErasable>()!;
            await (tenant ? erasable.EraseTenantAsync("acme") : erasable.EraseAsync("ana"));
        }

        using (var model = new FakeRunner())
        {
            await using IModelRunner runner = Open(model, services);
            await RunAsync(runner, 2, "ben", "other");
            await RunAsync(runner, 3, null);
            Assert.Equal(0, model.Calls);
            await RunAsync(runner, 1, "ben", "acme");
            Assert.Equal(1, model.Calls);
        }
    }

    [Fact]
    public async Task SecondLevel_KeysOfAnotherFolder_IsAMiss()
    {
        await using ServiceProvider services = Services(keys: true);
        using var model = new FakeRunner();
        await using (IModelRunner runner = Open(model, services))
        {
            await RunAsync(runner, 1, "ana");
            await Eventually.TrueAsync(() => _cache.Rows == 1);
        }

        await using ServiceProvider others = Services(keys: true, "others");
        using var second = new FakeRunner();
        await using IModelRunner other = Open(second, others);
        await RunAsync(other, 1, "ana");
        Assert.Equal(1, second.Calls);
    }

    private ServiceProvider Services(bool keys, string folder = "keys")
    {
        var services = new ServiceCollection();
        services.AddSingleton<IDistributedCache>(_cache);
        if (keys)
        {
            services.AddSingleton<IModelKeyProvider>(new TestKeyProvider("test"));
            services.AddSubjectKeys(_folder.File(folder));
        }

        return services.BuildServiceProvider();
    }

    private static IModelRunner Open(FakeRunner model, ServiceProvider services) => model.AsBuilder().UseCaching(o =>
    {
        o.Adaptive = false;
        o.SecondLevel.Enabled = true;
        o.SecondLevel.Timeout = TimeSpan.FromMinutes(1);
    }).Build(services);

    private static async Task RunAsync(IModelRunner runner, float id, string? subject, string? tenant = null)
    {
        using NamedValues inputs = FakeModel.Rows(id);
        using NamedValues outputs = await runner.RunAsync(inputs, new RunContext { Subject = subject, Tenant = tenant });
        Assert.True(outputs.Count > 0);
    }
}
