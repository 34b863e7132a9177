using OpenQA.Selenium;

namespace Inference.Dashboard.Tests;

/// <summary>What people do on the pages, by mouse or by keyboard.</summary>
internal sealed class Site(Browser browser, DashboardServer server, bool byKeyboard)
{
    // A page has fewer places to go to.
    private const int MostTabs = 300;

    /// <summary>Opens a page.</summary>
    public void Open(string place) => browser.Open(server, place);

    /// <summary>Activates an element: by a click, or by going to it with the tab key and pressing enter.</summary>
    public void Activate(string css)
    {
        browser.Until(() => browser.Has(css));
        if (!byKeyboard)
        {
            Retry(() => browser.Find(css).Click());
            return;
        }

        TabTo(css);
        browser.Driver.SwitchTo().ActiveElement().SendKeys(Keys.Enter);
    }

    /// <summary>Writes into a field.</summary>
    public void Write(string css, string text)
    {
        browser.Until(() => browser.Has(css));
        if (byKeyboard)
        {
            TabTo(css);
        }
        else
        {
            browser.Find(css).Click();
        }

        browser.Driver.SwitchTo().ActiveElement().SendKeys(Keys.Control + "a");
        browser.Driver.SwitchTo().ActiveElement().SendKeys(text);
    }

    /// <summary>Chooses an option by its value.</summary>
    public void Choose(string css, string value)
    {
        if (byKeyboard)
        {
            TabTo(css);
            browser.Driver.SwitchTo().ActiveElement().SendKeys(value);
        }
        else
        {
            browser.Find($"{css} option[value='{value}']").Click();
        }
    }

    /// <summary>Signs in with a key.</summary>
    public void SignIn(string key)
    {
        Open("/");
        Activate("[data-do=sign-in]");
        Write("#key", key);
        Activate("dialog button[type=submit]");
        browser.Until(() => !browser.Has("dialog") && browser.Has(".user"));
    }

    private void TabTo(string css)
    {
        for (int i = 0; i < MostTabs; i++)
        {
            if (browser.Driver.ExecuteScript("return document.activeElement.matches(arguments[0])", css) is true)
            {
                return;
            }

            browser.Driver.SwitchTo().ActiveElement().SendKeys(Keys.Tab);
        }

        Assert.Fail($"The keyboard does not come to '{css}'.");
    }

    private static void Retry(Action action)
    {
        for (int i = 0; ; i++)
        {
            try
            {
                action();
                return;
            }
            catch (WebDriverException) when (i < 5)
            {
                // The page was made anew in between.
                Thread.Sleep(100);
            }
        }
    }
}
