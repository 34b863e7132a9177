using System.Diagnostics;
using Inference.AspNetCore.Dashboard;
using Inference.Dashboard.Tests.Demo;
using Microsoft.Extensions.DependencyInjection;
using Xunit.Abstractions;

namespace Inference.Dashboard.Tests;

/// <summary>What pages cost the server. Bounds are those of the documentation; the figures are written to the output. Times are held by eng/dashboard.sh alone, which runs on a machine of its own; beside all other tests they say nothing.</summary>
[Collection(AloneTests.Name)]
public sealed class CostTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Look_AtFiftyIdleModels_TakesLessThanHalfAPercentOfACore()
    {
        await using DashboardServer server = await DashboardServer.StartAsync(services => ManyModels.Register(services, 50, 60));
        ModelFeed feed = server.Services.GetRequiredService<ModelFeed>();
        for (int i = 0; i < 200; i++)
        {
            feed.Look();
        }

        const int Looks = 200;
        long bytes = GC.GetAllocatedBytesForCurrentThread();
        TimeSpan before = Processor();
        for (int i = 0; i < Looks; i++)
        {
            feed.Look();
        }

        double milliseconds = (Processor() - before).TotalMilliseconds / Looks;
        bytes = (GC.GetAllocatedBytesForCurrentThread() - bytes) / Looks;
        output.WriteLine($"a look at 50 models: {milliseconds:0.000} ms of a core, {bytes} bytes");
        RequireTime(milliseconds, 5);
        Assert.InRange(bytes, 0, 500_000);
    }

    [Theory]
    [InlineData("model?model=model 150")]
    [InlineData("model?model=model 150&history=no")]
    [InlineData("model/data?model=model 150")]
    [InlineData("model/column?model=model 150&column=features[7]")]
    [InlineData("model/performance?model=model 150")]
    [InlineData("model/decisions?model=model 150")]
    [InlineData("session")]
    [InlineData("stream")]
    public async Task Page_WithTwoHundredModelsOfSixtyColumns_TakesAtMost50Milliseconds(string path)
    {
        await using DashboardServer server = await DashboardServer.StartAsync(services => ManyModels.Register(services, 200, 60));
        DemoWorld.FillHistory(server.Services.GetRequiredService<HistoryService>(), [server.Services.GetRequiredService<ModelReader>().Find("model 150")]);
        var times = new List<double>();
        long bytes = 0;
        for (int i = 0; i < 25; i++)
        {
            long started = Stopwatch.GetTimestamp();
            if (path == "stream")
            {
                bytes = (await EventReader.FirstAsync(server)).Length;
            }
            else
            {
                using HttpResponseMessage response = await server.Http.GetAsync($"dashboard-api/{path}");
                Assert.True(response.IsSuccessStatusCode);
                bytes = (await response.Content.ReadAsByteArrayAsync()).Length;
            }

            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        times.Sort();
        output.WriteLine($"{path}: median {times[12]:0.00} ms with its client, {bytes} bytes");
        Assert.True(bytes > 0);
        RequireTime(times[12], 50);
    }

    [Fact]
    public async Task Pages_AHundredOpen_TakeAtMostFivePercentOfACore()
    {
        // The clients are in this process too: what is measured is an upper bound.
        await using DashboardServer server = await DashboardServer.StartAsync(services => ManyModels.Register(services, 50, 60));
        using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 200 }) { BaseAddress = server.Address };
        using var end = new CancellationTokenSource();
        var pages = new List<Task<long>>();
        for (int i = 0; i < 100; i++)
        {
            Stream stream = await http.GetStreamAsync("dashboard-api/stream");
            pages.Add(DrainAsync(stream, end.Token));
        }

        double share = await ShareAsync();
        output.WriteLine($"100 open pages of 50 models: {share:P2} of a core");
        await end.CancelAsync();
        Assert.All(await Task.WhenAll(pages), static bytes => Assert.True(bytes > 0));
        RequireTime(share, 0.05);
    }

    private static void RequireTime(double time, double most)
    {
        if (Extent.IsAll)
        {
            Assert.InRange(time, 0, most);
        }
    }

    // The share of a core that this process takes.
    private static async Task<double> ShareAsync()
    {
        await Task.Delay(2000);
        TimeSpan before = Processor();
        long started = Stopwatch.GetTimestamp();
        await Task.Delay(Extent.IsAll ? 30_000 : 5000);
        return (Processor() - before) / Stopwatch.GetElapsedTime(started);
    }

    private static TimeSpan Processor()
    {
        using Process process = Process.GetCurrentProcess();
        return process.TotalProcessorTime;
    }

    /// <summary>Reads until it is cancelled; returns the bytes.</summary>
    private static async Task<long> DrainAsync(Stream stream, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[64 << 10];
        long bytes = 0;
        try
        {
            for (int read; (read = await stream.ReadAsync(buffer, cancellationToken)) > 0;)
            {
                bytes += read;
            }
        }
        catch (OperationCanceledException)
        {
        }
        finally
        {
            await stream.DisposeAsync();
        }

        return bytes;
    }
}
