using System.Drawing;
using System.Globalization;
using OpenQA.Selenium;
using OpenQA.Selenium.Interactions;

namespace Inference.Browser.Host;

/// <summary>Uses the page of samples/10.Browser as a person would: draws digits with the mouse, moves sliders, makes sounds at the microphone.</summary>
internal static class SampleCheck
{
    // ms, of the median answer: one may wait for a machine that does other things.
    private const double LongestAnswer = 250;
    private static readonly TimeSpan s_start = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_wait = TimeSpan.FromSeconds(20);

    public static async Task<int> RunAsync(string site, bool size)
    {
        string sound = Path.Combine(Path.GetTempPath(), $"inference-{Environment.ProcessId}.wav");
        TestSound.Write(sound);
        try
        {
            await using PageServer server = await PageServer.StartAsync(new Dictionary<string, string> { [""] = site });
            using var chromium = Chromium.Start(sound);
            chromium.Driver.Navigate().GoToUrl(server.Address);
            chromium.Until("/^(Ready|Not)/.test(document.getElementById('status').textContent)", s_start);
            string status = chromium.Driver.FindElement(By.Id("status")).Text;
            if (size)
            {
                string[] files = [.. server.Served];
                Console.WriteLine($"browser: sample: {files.Length} files, {files.Sum(static f => new FileInfo(f).Length) / 1000} KB, compressed with Brotli {Download.Compressed(files) / 1000} KB");
            }

            var wrong = new List<string>();
            var times = new List<double>();
            Digits(chromium, wrong, times);
            Flowers(chromium, wrong, times);
            Sounds(chromium);
            double median = times.Order().ElementAt(times.Count / 2);
            if (median > LongestAnswer)
            {
                wrong.Add($"expected answers within {LongestAnswer} ms, got a median of {median:F0} ms");
            }

            wrong.AddRange(chromium.Complaints());
            foreach (string complaint in wrong)
            {
                Console.Error.WriteLine($"browser: sample: {complaint}");
            }

            Console.WriteLine($"browser: sample: {(wrong.Count == 0 ? "all answers as expected" : "failed")}; {status}");
            return wrong.Count == 0 ? 0 : 1;
        }
        finally
        {
            File.Delete(sound);
        }
    }

    private static void Digits(Chromium chromium, List<string> wrong, List<double> times)
    {
        IWebElement canvas = chromium.Driver.FindElement(By.Id("digits-canvas"));
        for (int digit = 0; digit < DrawnDigits.All.Count; digit++)
        {
            chromium.Driver.FindElement(By.Id("digits-clear")).Click();
            foreach (Point[] stroke in DrawnDigits.All[digit])
            {
                Actions mouse = new Actions(chromium.Driver, TimeSpan.FromMilliseconds(10)).MoveToElement(canvas, stroke[0].X - 140, stroke[0].Y - 140).ClickAndHold();
                foreach (Point point in stroke[1..])
                {
                    mouse.MoveToElement(canvas, point.X - 140, point.Y - 140);
                }

                mouse.Release().Perform();
            }

            Expect(chromium, "digits", digit.ToString(CultureInfo.InvariantCulture), wrong, times);
        }
    }

    private static void Flowers(Chromium chromium, List<string> wrong, List<double> times)
    {
        foreach ((string kind, double[] cm) in new[] { ("setosa", (double[])[5.0, 3.4, 1.5, 0.2]), ("versicolor", [5.9, 2.8, 4.2, 1.3]), ("virginica", [6.6, 3.0, 5.6, 2.0]) })
        {
            chromium.Driver.ExecuteScript(
                "[...document.querySelectorAll('input[type=range]')].forEach((slider, i) => { slider.value = arguments[0][i]; slider.dispatchEvent(new Event('input')); })", cm);
            Expect(chromium, "flowers", kind, wrong, times);
        }
    }

    private static void Sounds(Chromium chromium)
    {
        chromium.Driver.ExecuteScript(
            """
            const answer = document.getElementById('sounds-answer');
            window.heard = { background: 0, tone: 0, clap: 0, voice: 0, slowest: 0 };
            new MutationObserver(() => {
              heard[answer.dataset.answer]++;
              if (heard.background > 9) heard.slowest = Math.max(heard.slowest, Number(answer.dataset.time));
            }).observe(answer, { attributeFilter: ['data-time'] });
            """);
        chromium.Driver.FindElement(By.Id("sounds-listen")).Click();
        chromium.Until("heard.background > 20 && heard.tone > 20 && heard.clap > 1", s_wait);
        Console.WriteLine($"browser: sample: heard {chromium.Driver.ExecuteScript("return JSON.stringify(heard)")}");
    }

    private static void Expect(Chromium chromium, string part, string expected, List<string> wrong, List<double> times)
    {
        var answer = (IReadOnlyDictionary<string, object>)chromium.Driver.ExecuteScript($"return {{ ...document.getElementById('{part}-answer').dataset }}")!;
        double time = double.Parse((string)answer["time"], CultureInfo.InvariantCulture);
        Console.WriteLine($"browser: sample: {part}: {answer["answer"]} after {time:F1} ms");
        times.Add(time);
        if ((string)answer["answer"] != expected)
        {
            wrong.Add($"{part}: expected {expected}, got {answer["answer"]}");
        }
    }
}
