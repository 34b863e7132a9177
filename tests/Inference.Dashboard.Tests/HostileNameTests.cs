using OpenQA.Selenium;

namespace Inference.Dashboard.Tests;

[Collection(BrowserTests.Name)]
public sealed class HostileNameTests(SharedBrowser shared)
{
    private static readonly string[] s_pages = ["", "/data", "/performance", "/decisions", "/try"];

    [BrowserFact]
    public async Task Names_OnAllPages_AreText()
    {
        IReadOnlyList<string> names = Extent.IsAll ? HostileNames.All : HostileNames.Sample;
        await using DashboardServer server = await DashboardServer.StartAsync(services => HostileWorld.Register(services, names));
        Browser browser = shared.Fresh();
        new Site(browser, server, byKeyboard: false).SignIn(DashboardServer.AdminKey);
        browser.Until(() => browser.Driver.FindElements(By.CssSelector("table.models tbody tr")).Count == names.Count);
        Check(browser, names, "the overview");
        foreach (string name in names)
        {
            foreach (string page in s_pages)
            {
                browser.Open(server, $"/models/{Uri.EscapeDataString(name)}{page}");
                browser.Until(() => browser.Has(".card"));
                Assert.Equal(Shown(name), Shown(browser.Driver.ExecuteScript("return document.querySelector('h1').textContent") as string ?? ""));
                Check(browser, [name], $"{page} of {name}");
            }

            browser.Find("#try button[type=submit]").Click();
            browser.Until(() => browser.Has("#answer .path"));
            Check(browser, [name], $"the answer of {name}");
            browser.Open(server, $"/models/{Uri.EscapeDataString(name)}");
            browser.Until(() => browser.Has(".actions [data-act=promote]"));
            browser.Find(".actions [data-act=promote]").Click();
            Check(browser, [], $"the form of {name}");
            browser.Find("#act-reason").SendKeys("because");
            browser.Find("#act-confirm").Click();
            browser.Until(() => !browser.Has("dialog"));
            Check(browser, [], $"what was done with {name}");
        }
    }

    private static void Check(Browser browser, IReadOnlyList<string> names, string where)
    {
        string text = Shown(browser.Driver.ExecuteScript("return document.body.textContent") as string ?? "");
        Assert.True(browser.Driver.ExecuteScript("return window.hostile === undefined") is true, $"A name ran as script: {where}");
        Assert.True(browser.Driver.ExecuteScript("return document.querySelectorAll('main script, main style, main iframe, main img, main math, main b[onclick], [onerror], [onload], [onfocus]').length === 0") is true, $"A name became markup: {where}");
        Assert.True(browser.Driver.ExecuteScript("return [...document.querySelectorAll('a')].every(a => a.protocol === location.protocol && a.origin === location.origin)") is true, $"A name became an address: {where}");
        Assert.Empty(browser.Complaints());
        foreach (string name in names)
        {
            Assert.True(text.Contains(Shown(name), StringComparison.Ordinal), $"'{name}' is not shown: {where}");
        }
    }

    private static string Shown(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
