using Inference.Dashboard.Tests.Demo;
using Inference.Decisions;
using Inference.Status;

namespace Inference.Dashboard.Tests;

[Collection(BrowserTests.Name)]
public sealed class ActionTests(SharedBrowser shared)
{
    private const string Reason = "because of <b>complaints</b> & \"numbers\"";

    public static TheoryData<string, bool> Actions()
    {
        var all = new TheoryData<string, bool>();
        foreach (string action in (string[])["promote", "rollback", "canary", "freeze", "label", "acknowledge", "silence"])
        {
            // The sample has each action once.
            foreach (bool byKeyboard in Extent.IsAll ? (bool[])[false, true] : [action is "rollback" or "label" or "silence"])
            {
                all.Add(action, byKeyboard);
            }
        }

        return all;
    }

    [BrowserTheory]
    [MemberData(nameof(Actions))]
    public async Task Action_ByMouseOrKeyboard_IsDoneUnderTheCallersName(string action, bool byKeyboard)
    {
        var world = new DemoWorld();
        await using DashboardServer server = await DashboardServer.StartAsync(world);
        Browser browser = shared.Fresh();
        var site = new Site(browser, server, byKeyboard);
        site.SignIn(DashboardServer.AdminKey);
        bool onData = action is "acknowledge" or "silence";
        site.Open(onData ? "/models/fraud/data" : "/models/ranker");
        site.Activate($".actions [data-act={action}]");
        browser.Until(() => browser.Has("dialog[open]"));
        Assert.NotEmpty(browser.Text("#act-what"));

        // Nothing happens without a reason.
        if (action == "label")
        {
            site.Write("#act-label", "gold");
        }

        site.Activate("#act-confirm");
        browser.Until(() => browser.Text("#act-problem").Contains("reason", StringComparison.Ordinal));
        Assert.Equal(8, world.RankerVersions.Decisions.Count);
        Assert.Empty(world.FraudMonitor.Acknowledged);

        site.Write("#act-reason", Reason);
        site.Activate("#act-confirm");
        browser.Until(() => !browser.Has("dialog") && browser.Text(".toasts").Length > 0);
        Check(action, world);
        if (!onData)
        {
            Decision last = world.RankerVersions.Decisions[^1];
            Assert.Equal(("dana", Reason), (last.Actor, last.Reason));
            site.Open("/models/ranker/decisions");
            browser.Until(() => browser.Text("main").Contains(Reason, StringComparison.Ordinal));
            Assert.Contains("Chain verified", browser.Text("main"), StringComparison.Ordinal);
        }

        Assert.Empty(browser.Complaints());
    }

    [BrowserFact]
    public async Task Dialog_ByEscape_ClosesAndChangesNothing()
    {
        var world = new DemoWorld();
        await using DashboardServer server = await DashboardServer.StartAsync(world);
        Browser browser = shared.Fresh();
        var site = new Site(browser, server, byKeyboard: true);
        site.SignIn(DashboardServer.AdminKey);
        site.Open("/models/ranker");
        site.Activate(".actions [data-act=rollback]");
        browser.Until(() => browser.Has("dialog[open]"));
        Assert.Contains("The canary 8 gets no calls any more", browser.Text("#act-what"), StringComparison.Ordinal);
        browser.Driver.SwitchTo().ActiveElement().SendKeys(OpenQA.Selenium.Keys.Escape);
        browser.Until(() => !browser.Has("dialog"));
        Assert.Equal("rollback", browser.Driver.ExecuteScript("return document.activeElement.dataset.act"));
        Assert.Equal(8, world.RankerVersions.Decisions.Count);
    }

    [BrowserFact]
    public async Task Reader_OnAllPages_HasNoActions()
    {
        await using DashboardServer server = await DashboardServer.StartAsync(new DemoWorld());
        Browser browser = shared.Fresh();
        var site = new Site(browser, server, byKeyboard: false);
        site.SignIn(DashboardServer.ReaderKey);
        foreach (string place in (string[])["/", "/models/ranker", "/models/fraud/data", "/models/ranker/decisions"])
        {
            site.Open(place);
            browser.Until(() => browser.Has(".card"));
            Assert.False(browser.Has("[data-act]"), place);
        }
    }

    [BrowserFact]
    public async Task Key_ThatIsNotKnown_IsRefused()
    {
        await using DashboardServer server = await DashboardServer.StartAsync(new DemoWorld());
        Browser browser = shared.Fresh();
        var site = new Site(browser, server, byKeyboard: true);
        site.Open("/");
        site.Activate("[data-do=sign-in]");
        site.Write("#key", "not a key");
        site.Activate("dialog button[type=submit]");
        browser.Until(() => browser.Text("#key-problem") == "The key is not known.");
    }

    [BrowserFact]
    public async Task Action_ThatFails_SaysWhyAndIsListed()
    {
        var world = new DemoWorld();
        await using DashboardServer server = await DashboardServer.StartAsync(world);
        Browser browser = shared.Fresh();
        var site = new Site(browser, server, byKeyboard: false);
        site.SignIn(DashboardServer.AdminKey);
        site.Open("/models/ranker");
        site.Activate(".actions [data-act=rollback]");
        await world.RankerVersions.PromoteAsync("8", "ben", "faster than somebody else");
        site.Write("#act-reason", "too slow");
        site.Activate("#act-confirm");
        browser.Until(() => browser.Text("#act-problem").Contains("look again", StringComparison.Ordinal));
        Assert.Equal("8", world.RankerVersions.DefaultVersion);
        site.Activate("#act-cancel");
        site.Open("/models/ranker/decisions");
        browser.Until(() => browser.Text("main").Contains("not done", StringComparison.Ordinal));
    }

    private static void Check(string action, DemoWorld world)
    {
        switch (action)
        {
            case "promote":
                Assert.Equal("8", world.RankerVersions.DefaultVersion);
                break;
            case "rollback":
                Assert.Equal(ModelVersionState.Rejected, world.RankerVersions.Versions[0].State);
                break;
            case "canary":
                Assert.Equal(10, world.RankerVersions.Canary!.Percent);
                break;
            case "freeze":
                Assert.Equal(0, world.RankerVersions.Canary!.Percent);
                break;
            case "label":
                Assert.Contains(world.RankerVersions.Versions, v => v.Labels.Contains("gold"));
                break;
            case "acknowledge":
                Assert.Equal(("dana", Reason), Assert.Single(world.FraudMonitor.Acknowledged));
                break;
            default:
                Assert.NotNull(world.FraudMonitor.SilentUntil);
                break;
        }
    }
}
