namespace Inference.Dashboard.Tests;

/// <summary>The browser of the tests; started when the first needs it.</summary>
public sealed class SharedBrowser : IDisposable
{
    private Browser? _browser;

    /// <summary>The browser, as if it were new: light, 1200 pixels, nothing remembered.</summary>
    internal Browser Fresh()
    {
        _browser ??= Browser.Start();
        _browser.Size(1200, 900);
        _browser.Prefer(dark: false);
        if (_browser.Driver.Url.StartsWith("http", StringComparison.Ordinal))
        {
            _browser.Driver.ExecuteScript("try { sessionStorage.clear(); localStorage.clear(); } catch { }");
        }

        _browser.Driver.Manage().Cookies.DeleteAllCookies();
        _browser.Driver.Navigate().GoToUrl("about:blank");
        _browser.Complaints();
        return _browser;
    }

    public void Dispose() => _browser?.Dispose();
}
