using OpenQA.Selenium;
using OpenQA.Selenium.Chrome;

namespace Inference.Browser.Host;

/// <summary>A Chromium without a window, driven by its driver.</summary>
internal sealed class Chromium : IDisposable
{
    private static readonly string[] s_browsers = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
    private static readonly string[] s_drivers = ["/usr/bin/chromedriver", "/usr/lib/chromium-browser/chromedriver"];

    private readonly ChromeDriverService _service;

    private Chromium(ChromeDriverService service, ChromeDriver driver) => (_service, Driver) = (service, driver);

    public ChromeDriver Driver { get; }

    public string Version => Driver.Capabilities.GetCapability("browserVersion") as string ?? "";

    /// <summary>Starts a browser.</summary>
    /// <param name="sound">A WAV file that its microphone hears again and again; null for no microphone.</param>
    public static Chromium Start(string? sound = null)
    {
        string browser = s_browsers.FirstOrDefault(File.Exists) ?? throw new PlatformNotSupportedException("expected Chromium, found none. Run eng/setup.sh.");
        string driver = s_drivers.FirstOrDefault(File.Exists) ?? throw new PlatformNotSupportedException("expected the driver of Chromium, found none. Run eng/setup.sh.");
        var options = new ChromeOptions { BinaryLocation = browser };
        options.AddArguments("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking", "--no-first-run");
        if (sound is not null)
        {
            options.AddArguments("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", $"--use-file-for-fake-audio-capture={sound}", "--autoplay-policy=no-user-gesture-required");
        }

        options.SetLoggingPreference(LogType.Browser, LogLevel.All);
        var service = ChromeDriverService.CreateDefaultService(driver);
        service.SuppressInitialDiagnosticInformation = true;
        return new(service, new ChromeDriver(service, options, TimeSpan.FromMinutes(2)));
    }

    /// <summary>Waits for a condition of the page, a script; throws when the time is up.</summary>
    public void Until(string condition, TimeSpan limit)
    {
        DateTime end = DateTime.UtcNow + limit;
        while (Driver.ExecuteScript($"return !!({condition})") is not true)
        {
            if (DateTime.UtcNow > end)
            {
                throw new TimeoutException($"expected within {limit.TotalSeconds} s: {condition}. The page shows: {Driver.ExecuteScript("return document.body.innerText")}\n{string.Join('\n', Complaints())}");
            }

            Thread.Sleep(20);
        }
    }

    /// <summary>What the browser complained about.</summary>
    public IReadOnlyList<string> Complaints() => [.. Driver.Manage().Logs.GetLog(LogType.Browser).Where(static e => e.Level >= LogLevel.Warning).Select(static e => e.Message)];

    public void Dispose()
    {
        try
        {
            Driver.Quit();
        }
        catch (WebDriverException)
        {
            // A page that does not answer any more ends with its process, below.
        }

        Driver.Dispose();
        _service.Dispose();
    }
}
