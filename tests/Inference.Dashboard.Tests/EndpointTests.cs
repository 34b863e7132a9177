using System.Net;
using System.Text.Json.Nodes;
using Inference.AspNetCore.Dashboard;
using Inference.Dashboard.Tests.Demo;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Dashboard.Tests;

public sealed class EndpointTests
{
    [Theory]
    [InlineData("/")]
    [InlineData("/dashboard")]
    [InlineData("/a/b/")]
    public async Task Files_AtAnyPath_AreServedWithoutInlineCode(string path)
    {
        await using DashboardServer server = await DashboardServer.StartAsync(new DemoWorld().Register, path);
        using HttpResponseMessage page = await server.Http.GetAsync("");
        string html = await page.Content.ReadAsStringAsync();
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        string policy = Assert.Single(page.Headers.GetValues("Content-Security-Policy"));
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("style=", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<style", html, StringComparison.Ordinal);
        Assert.DoesNotMatch("<script(?![^>]*src=)", html);
        Assert.DoesNotMatch("(src|href)=\"(https?:)?//", html);
        foreach (string name in server.Services.GetRequiredService<AssetFiles>().Names)
        {
            using HttpResponseMessage file = await server.Http.GetAsync($"dashboard-files/{name}");
            Assert.Equal(HttpStatusCode.OK, file.StatusCode);
            Assert.DoesNotMatch("(?<!xmlns=\")https?://(?!www\\.w3\\.org)", await file.Content.ReadAsStringAsync());
        }
    }

    [Fact]
    public async Task Files_BelowAPathWithoutSlash_AreRedirected()
    {
        await using DashboardServer server = await DashboardServer.StartAsync(new DemoWorld().Register, "/dashboard");
        using HttpResponseMessage response = await server.Http.GetAsync("../dashboard");
        Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
        Assert.Equal("/dashboard/", response.Headers.Location!.OriginalString);
    }

    [Fact]
    public async Task Files_AskedForAgain_AreNotSentAgain()
    {
        await using DashboardServer server = await DashboardServer.StartAsync(new DemoWorld().Register);
        using HttpResponseMessage first = await server.Http.GetAsync("dashboard-files/app.js");
        using var again = new HttpRequestMessage(HttpMethod.Get, "dashboard-files/app.js");
        again.Headers.IfNoneMatch.Add(first.Headers.ETag!);
        using HttpResponseMessage second = await server.Http.SendAsync(again);
        Assert.Equal(HttpStatusCode.NotModified, second.StatusCode);
        using HttpResponseMessage none = await server.Http.GetAsync("dashboard-files/..%2Fappsettings.json");
        Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
    }

    [Fact]
    public async Task FirstPaint_OfFiftyModels_IsAtMost200Kilobytes()
    {
        await using DashboardServer server = await DashboardServer.StartAsync(services => ManyModels.Register(services, 50, 60));
        AssetFiles assets = server.Services.GetRequiredService<AssetFiles>();
        long files = assets.Names.Sum(name => (long)assets.Find(name).Compressed.Length);
        byte[] first = (await EventReader.FirstAsync(server)).ToArray();
        Assert.InRange(files + first.Length, 1, 200_000);
        Assert.Equal(50, JsonNode.Parse(first.AsSpan(6))!.AsArray().Count);
    }

    [Fact]
    public async Task Stream_WhenSomethingChanges_TellsOnlyThat()
    {
        await using DashboardServer server = await DashboardServer.StartAsync(services => ManyModels.Register(services, 50, 4));
        using var http = new HttpClient { BaseAddress = server.Address };
        using Stream stream = await http.GetStreamAsync("dashboard-api/stream");
        using var reader = new StreamReader(stream);
        JsonArray all = await EventReader.NextAsync(reader);
        Assert.Equal(50, all.Count);
        var monitor = (DemoMonitor)((DemoRunner)server.Services.GetRequiredService<ModelReader>().Find("model 7").Runner).GetService(typeof(Monitoring.IModelMonitor))!;
        monitor.Acknowledge("ana", "seen");
        JsonArray changed;
        do
        {
            // Every ten seconds a sample of the traffic changes all rows.
            changed = await EventReader.NextAsync(reader);
        }
        while (changed.Count == 50);
        Assert.Equal("model 7", (string)Assert.Single(changed)!["name"]!);
    }

    [Fact]
    public async Task Stream_WithoutListeners_LooksAtNothing()
    {
        await using DashboardServer server = await DashboardServer.StartAsync(new DemoWorld().Register);
        ModelFeed feed = server.Services.GetRequiredService<ModelFeed>();
        await EventReader.FirstAsync(server);
        for (int i = 0; i < 100 && feed.Listeners > 0; i++)
        {
            await Task.Delay(100);
        }

        Assert.Equal(0, feed.Listeners);
    }

    [Fact]
    public async Task Action_WithoutTheToken_IsRefused()
    {
        var world = new DemoWorld();
        await using DashboardServer server = await DashboardServer.StartAsync(world);
        using HttpResponseMessage response = await server.PostAsync("model/actions/promote?model=ranker", new { version = "8", reason = "better" }, DashboardServer.AdminKey, withToken: false);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("7", world.RankerVersions.DefaultVersion);
    }

    [Theory]
    [InlineData(null, HttpStatusCode.Unauthorized)]
    [InlineData(DashboardServer.ReaderKey, HttpStatusCode.Forbidden)]
    public async Task Action_OfSomebodyElse_IsForbidden(string? key, HttpStatusCode expected)
    {
        var world = new DemoWorld();
        await using DashboardServer server = await DashboardServer.StartAsync(world);
        foreach (string action in (string[])["promote", "rollback", "canary", "freeze", "label", "acknowledge", "silence"])
        {
            using HttpResponseMessage response = await server.PostAsync($"model/actions/{action}?model=ranker", new { version = "8", reason = "better", percent = 5, label = "x", minutes = 5 }, key);
            Assert.Equal(expected, response.StatusCode);
        }

        Assert.Equal("7", world.RankerVersions.DefaultVersion);
        Assert.Equal(8, world.RankerVersions.Decisions.Count);
        Assert.False((bool)(await server.GetAsync("model?model=ranker", key))["act"]!);
    }

    [Fact]
    public async Task Action_WithoutAPolicyForAdministrators_IsForbiddenToAll()
    {
        await using DashboardServer server = await DashboardServer.StartAsync(new DemoWorld().Register, options: static _ => { });
        using HttpResponseMessage response = await server.PostAsync("model/actions/promote?model=ranker", new { version = "8", reason = "better" }, DashboardServer.AdminKey);
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Contains("read-only", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.False((bool)(await server.GetAsync("session", DashboardServer.AdminKey))["act"]!);
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("two\nlines")]
    public async Task Action_WithoutAReason_IsRefused(string reason)
    {
        var world = new DemoWorld();
        await using DashboardServer server = await DashboardServer.StartAsync(world);
        using HttpResponseMessage response = await server.PostAsync("model/actions/promote?model=ranker", new { version = "8", reason }, DashboardServer.AdminKey);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("reason", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal("7", world.RankerVersions.DefaultVersion);
    }

    [Fact]
    public async Task Action_DecidedOnAnOldPage_IsRefused()
    {
        var world = new DemoWorld();
        await using DashboardServer server = await DashboardServer.StartAsync(world);
        using HttpResponseMessage response = await server.PostAsync("model/actions/rollback?model=ranker", new { expect = "default 7", reason = "complaints" }, DashboardServer.AdminKey);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("The page showed default 7, but now it is canary 8", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.NotNull(world.RankerVersions.Canary);
    }

    [Fact]
    public async Task Model_HiddenByItsOwnPolicy_IsSeenNowhere()
    {
        await using DashboardServer server = await DashboardServer.StartAsync(new DemoWorld().Register, options: static o =>
        {
            o.Policies.Admin = "admin";
            o.ModelPolicies["fraud"] = new AspNetCore.OpenInferencePolicies { Statistics = "admin" };
        });
        string shown = System.Text.Encoding.UTF8.GetString((await EventReader.FirstAsync(server)).Span);
        Assert.Contains("\"ranker\"", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("fraud", shown, StringComparison.Ordinal);
        using HttpResponseMessage response = await server.Http.GetAsync("dashboard-api/model/data?model=fraud");
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.NotNull((await server.GetAsync("model/data?model=fraud", DashboardServer.AdminKey))["state"]);
    }

    [Fact]
    public async Task Model_WhoseStageThrows_IsShownWithTheReason()
    {
        await using DashboardServer server = await DashboardServer.StartAsync(services =>
        {
            new DemoWorld().Register(services);
            services.AddKeyedSingleton<IModelRunner>("broken", new DemoRunner(DemoWorld.Info("broken", "1")).With<Status.IModelTraffic>(new ThrowingTraffic()));
        });
        string shown = System.Text.Encoding.UTF8.GetString((await EventReader.FirstAsync(server)).Span);
        Assert.Contains("Its state could not be read: no figures", shown, StringComparison.Ordinal);
        Assert.Contains("\"ranker\"", shown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Try_ARow_TellsOutputsAndPath()
    {
        await using DashboardServer server = await DashboardServer.StartAsync(new DemoWorld());
        using HttpResponseMessage response = await server.PostAsync(
            "model/try?model=ranker",
            new { inputs = new object[] { new { name = "features", datatype = "FP32", shape = new[] { 1, 16 }, data = new float[16] }, new { name = "country", datatype = "BYTES", shape = new[] { 1 }, data = new[] { "DE" } } } },
            null);
        JsonNode answer = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(["version:7", "cache:miss", "batch:4"], answer["path"]!.AsArray().Select(step => (string)step!));
        Assert.Equal(8, answer["outputs"]![0]!["data"]!.AsArray().Count);
        Assert.Equal("7", (string)answer["version"]!);
    }

    [Fact]
    public async Task Decisions_OfABrokenChain_SayWhere()
    {
        var versions = new DemoVersions("m", DemoWorld.Version("1", Status.ModelVersionState.Default, 0));
        versions.Decide("promote", "1", null, "ana", "first", DateTimeOffset.UtcNow);
        versions.Decide("label", "1", null, "ana", "second", DateTimeOffset.UtcNow);
        await using DashboardServer server = await DashboardServer.StartAsync(services => services.AddKeyedSingleton<IModelRunner>("m", new DemoRunner(DemoWorld.Info("m", "1")).With<Status.IModelVersions>(versions)));
        Assert.Null((await server.GetAsync("model/decisions?model=m"))["fault"]);
        versions.Tamper();
        Assert.Contains("Record 1", (string)(await server.GetAsync("model/decisions?model=m"))["fault"]!, StringComparison.Ordinal);
    }

    [Fact]
    public void Map_WithoutServices_SaysWhatToCall()
    {
        WebApplication app = WebApplication.CreateSlimBuilder().Build();
        Assert.Contains("AddInferenceDashboard", Assert.Throws<InferenceException>(() => app.MapInferenceDashboard()).Message, StringComparison.Ordinal);
    }

    private sealed class ThrowingTraffic : Status.IModelTraffic
    {
        public IReadOnlyList<Status.VersionTraffic> Versions => throw new InvalidOperationException("no figures");
    }
}
