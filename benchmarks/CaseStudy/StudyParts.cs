using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using CaseStudy.Measuring;
using CaseStudy.Reporting;
using CaseStudy.Steps;
using OptimizeAndServe;
using OptimizeAndServe.Tuning;
using OptimizeAndServe.World;

namespace CaseStudy;

/// <summary>The parts of the study; each leaves what it found in the folder.</summary>
/// <param name="files">The models.</param>
/// <param name="arguments">The command line.</param>
/// <param name="command">The same as text.</param>
internal sealed class StudyParts(ModelFiles files, Arguments arguments, string command)
{
    private const int LeastRows = 5000;

    private string QualityFile => Path.Combine(arguments.Folder, "found-quality.json");

    /// <summary>Runs one of <see cref="Arguments.Parts"/>.</summary>
    public void Run(string part)
    {
        switch (part)
        {
            case "models":
                break;
            case "quality":
                MeasureQuality();
                break;
            case "report":
                Report();
                break;
            default:
                MeasureTraffic(double.Parse(part, CultureInfo.InvariantCulture));
                break;
        }
    }

    private void MeasureQuality()
    {
        Log("quality");
        ClickRequest form = Form();
        var catalog = new StepCatalog(files, form);
        var rows = new QualityRows(files.World, ModelFiles.ReportStream, arguments.Quality, StepCatalog.Items, LeastRows);
        float[] reference;
        using (Step baseline = catalog.Open(StepCatalog.Baseline1))
        {
            reference = rows.Score(baseline.Runner);
        }

        StepFacts Facts(string name)
        {
            using Step step = catalog.Open(name);
            float[] scores = rows.Score(step.Runner);
            QualityLoss loss = rows.Loss(reference, scores);
            long memory = MemoryProbe.Ask(arguments.Folder, name) + (step.Cache is null ? 0 : StepCatalog.CacheBytes);
            return new StepFacts(name, step.What, rows.Overall(scores), loss.Overall, loss.Slice, loss.SliceName, memory, catalog.IsKept(name));
        }

        Save(QualityFile, new QualityResult
        {
            Rows = rows.Rows,
            ClickShare = rows.ClickShare,
            Slices = rows.Slices.Count,
            Steps = [.. StepCatalog.Names.Select(Facts)],
            FirstStageAlone = Facts(StepCatalog.FirstStageAlone),
            NaiveTime = Naive(catalog, form),
        });
    }

    private void MeasureTraffic(double exponent)
    {
        Log($"users by Zipf {exponent:F1}");
        var catalog = new StepCatalog(files, Form());
        Step[] steps = [.. StepCatalog.Names.Select(catalog.Open)];
        var study = new Study(files.World, steps, StepCatalog.Items, Log);
        study.Fill();
        study.Measure(new RequestStream(files.World, exponent, 1_000_000, 400, StepCatalog.Items));
        Dictionary<Step, StepResult> results = study.Measure(new RequestStream(files.World, exponent, 0, arguments.Requests, StepCatalog.Items));
        Save(TrafficFile(exponent), new TrafficResult
        {
            Exponent = exponent,
            Requests = arguments.Requests,
            Alone = arguments.Part != "all",
            Steps = results.ToDictionary(r => r.Key.Name, r => r.Value),
        });
        foreach (Step step in steps)
        {
            step.Dispose();
        }
    }

    private void Report()
    {
        TrafficResult[] traffic = [.. StudyReport.AllExponents.Select(e => Load<TrafficResult>(TrafficFile(e), $"{e:F1}"))];
        QualityResult quality = Load<QualityResult>(QualityFile, "quality");
        var report = new StudyReport
        {
            Machine = $"{ProcessorName.Get()}, {Environment.ProcessorCount} cores, .NET {Environment.Version}",
            Requests = string.Create(
                CultureInfo.InvariantCulture,
                $"{ClickWorld.Users:N0} users, {ClickWorld.Items:N0} items; {traffic.Min(t => t.Requests):N0} requests of each kind of traffic, half from one caller and half from 8; a tenth of the users have clicked since their last request. Quality on {quality.Rows:N0} held-out rows ({quality.ClickShare:P1} clicked) and {quality.Slices} slices of at least {LeastRows:N0}."),
            Command = command,
            Steps = quality.Steps,
            FirstStageAlone = quality.FirstStageAlone,
            Results = traffic.ToDictionary(t => t.Exponent, t => t.Steps),
            NaiveTime = quality.NaiveTime,
            Choices = files.Choices,
            InParts = traffic.All(t => t.Alone),
        };
        string html = arguments.Html ?? Path.Combine(arguments.Folder, "case-study.html");
        File.WriteAllText(html, HtmlReport.Write(report));
        string markdown = MarkdownReport.Write(report);
        File.WriteAllText(arguments.Markdown ?? Path.Combine(arguments.Folder, "case-study.md"), markdown);
        Console.WriteLine(markdown);
        Console.WriteLine($"Page: {html}");
    }

    private static double Naive(StepCatalog catalog, ClickRequest form)
    {
        const int Runs = 20;
        using Step step = catalog.Open(StepCatalog.Naive);
        using ICaller caller = step.NewCaller();
        var answer = new float[StepCatalog.Items];
        caller.Run(form, answer);
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < Runs; i++)
        {
            caller.Run(form, answer);
        }

        return Stopwatch.GetElapsedTime(start).TotalMicroseconds / Runs;
    }

    private ClickRequest Form() => files.World.Request(99, 0, new ZipfSampler(ClickWorld.Users, StudyReport.Main), StepCatalog.Items);

    private string TrafficFile(double exponent) => Path.Combine(arguments.Folder, string.Create(CultureInfo.InvariantCulture, $"found-{exponent:F1}.json"));

    private static void Save<T>(string path, T found) => File.WriteAllText(path, JsonSerializer.Serialize(found, typeof(T), StudyJson.Default));

    private static T Load<T>(string path, string part) => File.Exists(path)
        ? (T)JsonSerializer.Deserialize(File.ReadAllText(path), typeof(T), StudyJson.Default)!
        : throw new InvalidOperationException($"The report needs '{path}', which is missing. Run the study with --part {part} first, or without --part.");

    private static void Log(string line) => Console.Error.WriteLine(line);
}
