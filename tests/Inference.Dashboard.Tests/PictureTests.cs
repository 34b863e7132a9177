using Inference.Dashboard.Tests.Demo;

namespace Inference.Dashboard.Tests;

/// <summary>Pictures of each page, for eyes: written to the folder in DASHBOARD_PICTURES.</summary>
public sealed class PictureTests
{
    private static readonly (string Name, string Place)[] s_pages =
    [
        ("overview", "/"), ("model", "/models/ranker"), ("data", "/models/fraud/data"), ("performance", "/models/ranker/performance"), ("decisions", "/models/ranker/decisions"), ("try", "/models/ranker/try"),
    ];

    [BrowserFact]
    public async Task Pages_InBothSchemesAndTwoWidths_AreWritten()
    {
        if (Environment.GetEnvironmentVariable("DASHBOARD_PICTURES") is not { Length: > 0 } folder)
        {
            return;
        }

        Directory.CreateDirectory(folder);
        await using DashboardServer server = await DashboardServer.StartAsync(new DemoWorld());
        using Browser browser = Browser.Start();
        browser.Open(server);
        browser.Driver.ExecuteScript("sessionStorage.setItem('inference-dashboard-key', arguments[0])", DashboardServer.AdminKey);
        browser.Driver.Navigate().Refresh();
        foreach ((string name, string place) in s_pages)
        {
            browser.Open(server, place);
            if (name == "try")
            {
                browser.Find("[data-fill=random]").Click();
                browser.Find("#try button[type=submit]").Click();
                browser.Until(() => browser.Has(".path"));
            }

            foreach (bool dark in (bool[])[false, true])
            {
                browser.Prefer(dark);
                foreach (int width in (int[])[1200, 400])
                {
                    browser.Picture(Path.Combine(folder, $"{name}-{width}-{(dark ? "dark" : "light")}.png"), width);
                }
            }

            browser.Prefer(false);
        }

        Assert.Empty(browser.Complaints());
    }
}
