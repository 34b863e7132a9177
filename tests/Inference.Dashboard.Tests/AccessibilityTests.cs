using Inference.Dashboard.Tests.Demo;

namespace Inference.Dashboard.Tests;

[Collection(BrowserTests.Name)]
public sealed class AccessibilityTests(SharedBrowser shared)
{
    private static readonly string[] s_pages = ["/", "/models/ranker", "/models/fraud/data", "/models/ranker/performance", "/models/ranker/decisions", "/models/ranker/try", "/models/legacy-scorer", "/models/delivery-time/data", "/models/none"];

    [AxeFact]
    public async Task Pages_InLightAndDark_HaveNoSeriousFinding()
    {
        await using DashboardServer server = await DashboardServer.StartAsync(new DemoWorld());
        Browser browser = shared.Fresh();
        new Site(browser, server, byKeyboard: false).SignIn(DashboardServer.AdminKey);
        var findings = new List<string>();
        foreach (string page in Extent.IsAll ? s_pages : s_pages[..3])
        {
            browser.Open(server, page);
            foreach (bool dark in (bool[])[false, true])
            {
                browser.Prefer(dark);
                foreach (int width in Extent.IsAll ? (int[])[1200, 400] : [1200])
                {
                    browser.Size(width, 900);
                    Thread.Sleep(300);
                    findings.AddRange(Axe.Serious(browser).Select(finding => $"{page}, {(dark ? "dark" : "light")}, {width}: {finding}"));
                }
            }
        }

        Assert.True(findings.Count == 0, string.Join("\n", findings.Distinct()));
    }

    [AxeFact]
    public async Task Forms_InLightAndDark_HaveNoSeriousFinding()
    {
        await using DashboardServer server = await DashboardServer.StartAsync(new DemoWorld());
        Browser browser = shared.Fresh();
        var site = new Site(browser, server, byKeyboard: false);
        site.SignIn(DashboardServer.AdminKey);
        foreach (string action in Extent.IsAll ? (string[])["promote", "rollback", "canary", "freeze", "label"] : ["canary"])
        {
            site.Open("/models/ranker");
            site.Activate($".actions [data-act={action}]");
            site.Activate("#act-confirm");
            foreach (bool dark in (bool[])[false, true])
            {
                browser.Prefer(dark);
                Thread.Sleep(200);
                Assert.Equal([], Axe.Serious(browser));
            }

            site.Activate("#act-cancel");
        }
    }
}
