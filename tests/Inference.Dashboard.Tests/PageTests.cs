using Inference.AspNetCore.Dashboard;
using Inference.Dashboard.Tests.Demo;
using Microsoft.Extensions.DependencyInjection;
using OpenQA.Selenium;

namespace Inference.Dashboard.Tests;

[Collection(BrowserTests.Name)]
public sealed class PageTests(SharedBrowser shared)
{
    // A page, and something that is on no other.
    private static readonly (string Tab, string Text)[] s_tabs = [("data", "Columns"), ("performance", "Labelled by age"), ("decisions", "Chain verified"), ("try", "Random values"), ("", "Cache and batches")];

    [BrowserTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Pages_ByMouseOrKeyboard_AreReachedAndComplainOfNothing(bool byKeyboard)
    {
        await using DashboardServer server = await DashboardServer.StartAsync(new DemoWorld());
        Browser browser = shared.Fresh();
        var site = new Site(browser, server, byKeyboard);
        site.Open("/");
        browser.Until(() => browser.Text("main").Contains("Needs attention", StringComparison.Ordinal) && browser.Text("main").Contains("legacy-scorer", StringComparison.Ordinal));
        site.Activate("table.models a[href='#/models/ranker']");
        browser.Until(() => browser.Text("h1") == "ranker");
        foreach ((string tab, string text) in s_tabs)
        {
            site.Activate($".tabs a[href='#/models/ranker{(tab.Length > 0 ? "/" : "")}{tab}']");
            browser.Until(() => browser.Text("main").Contains(text, StringComparison.Ordinal));
        }

        Assert.Empty(browser.Complaints());
    }

    [BrowserTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Try_ByMouseOrKeyboard_ShowsOutputsAsText(bool byKeyboard)
    {
        await using DashboardServer server = await DashboardServer.StartAsync(new DemoWorld());
        Browser browser = shared.Fresh();
        var site = new Site(browser, server, byKeyboard);
        site.Open("/models/ranker/try");
        site.Activate("[data-fill=random]");
        site.Activate("#try button[type=submit]");
        browser.Until(() => browser.Text("#answer").Contains("cache:miss", StringComparison.Ordinal));
        Assert.Contains("<b>positive</b>", browser.Text("#answer"), StringComparison.Ordinal);
        site.Write("#in-0-values", "1, 2");
        site.Activate("#try button[type=submit]");
        browser.Until(() => browser.Text("#in-0-problem") == "Expected 16 values, got 2.");
    }

    [BrowserFact]
    public async Task Columns_WhenChosen_ShowTheirDistribution()
    {
        await using DashboardServer server = await DashboardServer.StartAsync(new DemoWorld());
        Browser browser = shared.Fresh();
        browser.Open(server, "/models/fraud/data");
        browser.Find("a[href*='column=age']").Click();
        browser.Until(() => browser.Text(".card.side h2") == "age");
        Assert.Contains("the largest difference is at", browser.Find(".card.side svg").GetAttribute("aria-label"), StringComparison.Ordinal);
    }

    [BrowserFact]
    public async Task Find_AName_LeavesItsRowsAlone()
    {
        await using DashboardServer server = await DashboardServer.StartAsync(new DemoWorld());
        Browser browser = shared.Fresh();
        browser.Open(server);
        browser.Until(() => browser.Has("table.models tbody tr"));
        browser.Find("[data-find=models]").SendKeys("rank");
        browser.Until(() => browser.Driver.FindElements(By.CssSelector("table.models tbody tr")).Count == 1);
        Thread.Sleep(2500);
        Assert.Equal("rank", browser.Find("[data-find=models]").GetAttribute("value"));
        Assert.Single(browser.Driver.FindElements(By.CssSelector("table.models tbody tr")));
    }

    [BrowserFact]
    public async Task Connection_WhenLost_IsSaid()
    {
        DashboardServer server = await DashboardServer.StartAsync(new DemoWorld());
        Browser browser = shared.Fresh();
        browser.Open(server);
        browser.Until(() => browser.Text(".live") == "live");
        await server.DisposeAsync();
        browser.Until(() => browser.Text(".banner").Contains("Connection lost", StringComparison.Ordinal));
        Assert.Contains("ranker", browser.Text("main"), StringComparison.Ordinal);
    }

    [BrowserFact]
    public async Task Cluster_ThatFallsSilent_IsShownAsItWasWithTheReason()
    {
        var world = new DemoWorld();
        await using DashboardServer server = await DashboardServer.StartAsync(world);
        Browser browser = shared.Fresh();
        browser.Open(server);
        browser.Until(() => browser.Text("[data-key=cluster]").Contains("silo-2", StringComparison.Ordinal));
        string shown = browser.Text("[data-key=cluster]");
        Assert.Contains("3 silos", shown, StringComparison.Ordinal);
        Assert.Contains("stopping", shown, StringComparison.Ordinal);
        Assert.Contains("192 MiB of 512 MiB", shown, StringComparison.Ordinal);
        browser.Find("[data-key=cluster] tbody tr summary").Click();
        Assert.Equal("#/models/ranker", browser.Find("[data-key=cluster] tbody tr details[open] .chip:last-child a").GetDomAttribute("href"));
        world.Cluster.Answer = static () => [DemoCluster.Silo("silo-9", 11_119, 0)];
        browser.Until(() => browser.Text("[data-key=cluster] tbody").StartsWith("silo-9", StringComparison.Ordinal));
        world.Cluster.Answer = static () => throw new InferenceException("The cluster: no gateway is left.");
        browser.Until(() => browser.Text("[data-key=cluster] .note").Contains("no gateway is left. The table shows what the silos said", StringComparison.Ordinal));
        Assert.Contains("silo-9", browser.Text("[data-key=cluster] tbody"), StringComparison.Ordinal);
        Assert.Contains("ranker", browser.Text("table.models"), StringComparison.Ordinal);
        Assert.Empty(browser.Complaints());
    }

    [BrowserFact]
    public async Task Cluster_OfAServerWithoutOne_IsNotShown()
    {
        await using DashboardServer server = await DashboardServer.StartAsync(static services => services.AddKeyedSingleton<IModelRunner>("m", new DemoRunner(DemoWorld.Info("m", "1"))));
        Browser browser = shared.Fresh();
        browser.Open(server);
        browser.Until(() => browser.Has("table.models tbody tr"));
        Thread.Sleep(1000);
        Assert.False(browser.Has("[data-key=cluster]"));
    }

    [BrowserFact]
    public async Task Models_OfAnEmptyServer_AreSaidToBeMissing()
    {
        await using DashboardServer server = await DashboardServer.StartAsync(static _ => { });
        Browser browser = shared.Fresh();
        browser.Open(server);
        browser.Until(() => browser.Text("main").Contains("no models yet", StringComparison.Ordinal));
        browser.Open(server, "/models/none");
        browser.Until(() => browser.Text("main").Contains("no such model", StringComparison.Ordinal));
    }

    [BrowserFact]
    public async Task Scheme_ByTheButton_Changes()
    {
        await using DashboardServer server = await DashboardServer.StartAsync(new DemoWorld());
        Browser browser = shared.Fresh();
        browser.Open(server);
        string before = browser.Driver.ExecuteScript("return getComputedStyle(document.body).backgroundColor") as string ?? "";
        browser.Find("[data-do=theme]").Click();
        browser.Find("[data-do=theme]").Click();
        Assert.NotEqual(before, browser.Driver.ExecuteScript("return getComputedStyle(document.body).backgroundColor"));
        browser.Driver.Navigate().Refresh();
        browser.Settle();
        Assert.Equal("dark", browser.Driver.ExecuteScript("return document.documentElement.dataset.theme"));
    }

    [BrowserTheory]
    [InlineData(400)]
    [InlineData(1200)]
    [InlineData(2560)]
    public async Task Pages_AtAnyWidth_DoNotScrollSideways(int width)
    {
        await using DashboardServer server = await DashboardServer.StartAsync(new DemoWorld());
        Browser browser = shared.Fresh();
        browser.Size(width, 900);
        foreach (string place in (string[])["/", "/models/ranker", "/models/fraud/data", "/models/ranker/performance", "/models/ranker/decisions", "/models/ranker/try"])
        {
            browser.Open(server, place);
            Assert.True(Convert.ToInt32(browser.Driver.ExecuteScript("return document.documentElement.scrollWidth"), System.Globalization.CultureInfo.InvariantCulture) <= width, place);
        }
    }

    [BrowserFact]
    public async Task Page_OpenForLong_DoesNotGrow()
    {
        await using DashboardServer server = await DashboardServer.StartAsync(new DemoWorld());
        Browser browser = shared.Fresh();
        browser.Open(server);
        browser.Until(() => browser.Has("table.models tbody tr"));
        ModelFeed feed = server.Services.GetRequiredService<ModelFeed>();
        await LookAsync(feed, 50);
        (double nodes, double bytes) = await MeasureAsync(browser);
        await LookAsync(feed, Extent.IsAll ? 3000 : 300);
        (double nodesAfter, double bytesAfter) = await MeasureAsync(browser);
        // 300 looks that each leave one row of a table (8 nodes or more) make 2,400; 1,000 are the drawings that the browser keeps for a while, 400 each.
        Assert.InRange(nodesAfter, 1, nodes + 1000);
        Assert.InRange(bytesAfter, 1, (bytes * 1.25) + 1_000_000);
    }

    private static async Task LookAsync(ModelFeed feed, int times)
    {
        for (int i = 0; i < times; i++)
        {
            feed.Look();
            await Task.Delay(10);
        }

        await Task.Delay(500);
    }

    // What lives is what the least of some measurements found: a page that is being drawn holds its old nodes beside its new ones.
    private static async Task<(double Nodes, double Bytes)> MeasureAsync(Browser browser)
    {
        (double nodes, double bytes) = Measure(browser);
        for (int i = 0; i < 9; i++)
        {
            await Task.Delay(200);
            (double n, double b) = Measure(browser);
            (nodes, bytes) = (Math.Min(nodes, n), Math.Min(bytes, b));
        }

        return (nodes, bytes);
    }

    private static (double Nodes, double Bytes) Measure(Browser browser)
    {
        browser.Driver.ExecuteCdpCommand("HeapProfiler.enable", []);
        browser.Driver.ExecuteCdpCommand("HeapProfiler.collectGarbage", []);
        browser.Driver.ExecuteCdpCommand("Performance.enable", []);
        var metrics = (Dictionary<string, object>)browser.Driver.ExecuteCdpCommand("Performance.getMetrics", [])!;
        var values = ((object[])metrics["metrics"]).Cast<Dictionary<string, object>>().ToDictionary(m => (string)m["name"], m => Convert.ToDouble(m["value"], System.Globalization.CultureInfo.InvariantCulture));
        return (values["Nodes"], values["JSHeapUsedSize"]);
    }
}
