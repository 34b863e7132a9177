using System.Drawing;
using OpenQA.Selenium;
using OpenQA.Selenium.Chrome;

namespace Inference.Dashboard.Tests;

/// <summary>A Chromium without a window, driven by its driver.</summary>
internal sealed class Browser : IDisposable
{
    private static readonly string[] s_browsers = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
    private static readonly string[] s_drivers = ["/usr/bin/chromedriver", "/usr/lib/chromium-browser/chromedriver"];

    private readonly ChromeDriverService _service;

    private Browser(ChromeDriverService service, ChromeDriver driver) => (_service, Driver) = (service, driver);

    /// <summary>Why there is no browser on this machine; null if there is one.</summary>
    public static string? WhyNot => s_browsers.Any(File.Exists) && s_drivers.Any(File.Exists) ? null : "Chromium and its driver are not installed (eng/setup.sh: chromium, chromium-driver).";

    public ChromeDriver Driver { get; }

    /// <summary>Starts a browser.</summary>
    /// <param name="width">The width of the page, in CSS pixels.</param>
    /// <param name="dark">Whether the system prefers dark colours.</param>
    public static Browser Start(int width = 1200, bool dark = false)
    {
        var options = new ChromeOptions { BinaryLocation = s_browsers.First(File.Exists) };
        options.AddArguments("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--force-device-scale-factor=1", "--disable-background-networking", "--no-first-run");
        options.SetLoggingPreference(LogType.Browser, LogLevel.All);
        var service = ChromeDriverService.CreateDefaultService(s_drivers.First(File.Exists));
        service.SuppressInitialDiagnosticInformation = true;
        var driver = new ChromeDriver(service, options, TimeSpan.FromMinutes(2));
        var browser = new Browser(service, driver);
        browser.Size(width, 900);
        browser.Prefer(dark);
        return browser;
    }

    /// <summary>Sets the size of the page, whatever a window may be.</summary>
    public void Size(int width, int height) =>
        Driver.ExecuteCdpCommand("Emulation.setDeviceMetricsOverride", new() { ["width"] = width, ["height"] = height, ["deviceScaleFactor"] = 1, ["mobile"] = false });

    /// <summary>Sets whether the system prefers dark colours.</summary>
    public void Prefer(bool dark) => Driver.ExecuteCdpCommand("Emulation.setEmulatedMedia", new()
    {
        ["features"] = new object[] { new Dictionary<string, object> { ["name"] = "prefers-color-scheme", ["value"] = dark ? "dark" : "light" } },
    });

    /// <summary>Opens a page of the dashboard, and waits until it shows its contents.</summary>
    /// <param name="server">The server.</param>
    /// <param name="place">The place behind the number sign, such as <c>/models/ranker</c>.</param>
    public void Open(DashboardServer server, string place = "/")
    {
        // Only the part behind the number sign may differ: from elsewhere, the page is made anew. An Uri would read the escapes.
        Driver.Navigate().GoToUrl("about:blank");
        Driver.Navigate().GoToUrl($"{server.Address.AbsoluteUri}#{place}");
        Settle();
    }

    /// <summary>Waits until the page shows its contents.</summary>
    public void Settle() => Until(() => Driver.FindElements(By.CssSelector("main h1")).Count > 0 && !Text("main").Contains("Loading…", StringComparison.Ordinal));

    /// <summary>Waits for a condition, up to 15 seconds.</summary>
    public void Until(Func<bool> condition)
    {
        for (int i = 0; i < 150; i++)
        {
            try
            {
                if (condition())
                {
                    return;
                }
            }
            catch (StaleElementReferenceException)
            {
                // The page was made anew meanwhile.
            }

            Thread.Sleep(100);
        }

        Assert.Fail($"The page did not come to what was expected within 15 s. It shows: {Text("body")[..Math.Min(Text("body").Length, 2000)]}\n{string.Join("\n", Complaints())}");
    }

    public IWebElement Find(string css) => Driver.FindElement(By.CssSelector(css));

    public bool Has(string css) => Driver.FindElements(By.CssSelector(css)).Count > 0;

    public string Text(string css) => Driver.ExecuteScript("return document.querySelector(arguments[0])?.innerText ?? ''", css) as string ?? "";

    /// <summary>What the browser complained about: errors of scripts, and what the content security policy refused.</summary>
    public IReadOnlyList<string> Complaints() => [.. Driver.Manage().Logs.GetLog(LogType.Browser).Where(e => e.Level >= LogLevel.Warning).Select(e => e.Message)];

    /// <summary>Writes a picture of the whole page.</summary>
    public void Picture(string file, int width, int mostHeight = 4000)
    {
        Size(width, 900);
        Thread.Sleep(300);
        int height = Convert.ToInt32(Driver.ExecuteScript("return document.documentElement.scrollHeight"), System.Globalization.CultureInfo.InvariantCulture);
        Size(width, Math.Clamp(height, 500, mostHeight));
        Thread.Sleep(300);
        Driver.GetScreenshot().SaveAsFile(file);
        Size(width, 900);
    }

    public void Dispose()
    {
        Driver.Quit();
        Driver.Dispose();
        _service.Dispose();
    }
}
