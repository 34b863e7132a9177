// The case study: dotnet run -c Release --project benchmarks/CaseStudy [--requests N] [--quality N] [--folder DIR] [--html FILE] [--markdown FILE]
// Trains and optimizes the models of samples/04.OptimizeAndServe where they are missing, measures all steps in turn in one process, prints the tables and writes the page.
// Needs ONNX Runtime's native library for the baseline (variable ORT_DYLIB_PATH).
using System.Diagnostics;
using System.Globalization;
using CaseStudy;
using CaseStudy.Measuring;
using CaseStudy.Reporting;
using CaseStudy.Steps;
using OptimizeAndServe;
using OptimizeAndServe.World;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args is ["memory", { } only, { } folder])
{
    return MemoryProbe.Run(new StepCatalog(new ModelFiles(folder, _ => { }), MemoryProbe.Form()), only);
}

Arguments arguments = Arguments.Parse(args);
var files = new ModelFiles(arguments.Folder, Console.Error.WriteLine);
await files.MakeAsync();
ClickWorld world = files.World;
var users = new ZipfSampler(ClickWorld.Users, StudyReport.Main);
ClickRequest form = world.Request(99, 0, users, StepCatalog.Items);
var catalog = new StepCatalog(files, form);
Step[] steps = [.. StepCatalog.Names.Select(catalog.Open)];

Console.Error.WriteLine("quality");
var quality = new Quality(world, arguments.Quality, StepCatalog.Items);
Dictionary<Step, float[]> scores = steps.ToDictionary(s => s, quality.Score);
float[] baseline = scores[steps[0]];

var results = new Dictionary<double, Dictionary<string, StepResult>>();
var study = new Study(world, steps, StepCatalog.Items, Console.Error.WriteLine);
study.Fill();
foreach (double exponent in (double[])[StudyReport.Main, 0.6, 1.0])
{
    Console.Error.WriteLine($"users by Zipf {exponent:F1}");
    study.Measure(new RequestStream(world, exponent, 1_000_000, 400, StepCatalog.Items));
    results[exponent] = study.Measure(new RequestStream(world, exponent, 0, arguments.Requests, StepCatalog.Items)).ToDictionary(r => r.Key.Name, r => r.Value);
}

StepFacts Facts(Step step, float[] scored)
{
    (double Drop, string Slice) worst = quality.Slices.Select(s => (100 * (quality.OfSlice(s, baseline) - quality.OfSlice(s, scored)), s)).Max();
    double auc = quality.Overall(scored);
    long memory = MemoryProbe.Ask(arguments.Folder, step.Name) + (step.Cache?.Statistics.Bytes ?? 0);
    return new StepFacts(step.Name, step.What, auc, 100 * (quality.Overall(baseline) - auc), worst.Drop, worst.Slice, memory);
}

StepFacts FirstStage()
{
    using Step step = catalog.Open(StepCatalog.FirstStageAlone);
    return Facts(step, quality.Score(step));
}

double Naive()
{
    using Step step = catalog.Open(StepCatalog.Naive);
    using ICaller caller = step.NewCaller();
    var answer = new float[StepCatalog.Items];
    caller.Run(form, answer);
    long start = Stopwatch.GetTimestamp();
    for (int i = 0; i < 20; i++)
    {
        caller.Run(form, answer);
    }

    return Stopwatch.GetElapsedTime(start).TotalMicroseconds / 20;
}

var report = new StudyReport
{
    Machine = $"{ProcessorName.Get()}, {Environment.ProcessorCount} cores, .NET {Environment.Version}",
    Requests = string.Create(
        CultureInfo.InvariantCulture,
        $"{ClickWorld.Users:N0} users, {ClickWorld.Items:N0} items; {arguments.Requests:N0} requests of each kind of traffic, half from one caller and half from 8; a tenth of the users have clicked since their last request. Quality on {quality.Rows:N0} held-out rows ({quality.ClickShare:P1} clicked) and {quality.Slices.Count} slices of at least {Quality.LeastRows:N0}."),
    Command = "dotnet run -c Release --project benchmarks/CaseStudy" + (args.Length > 0 ? " -- " + string.Join(' ', args) : ""),
    Steps = [.. steps.Select(s => Facts(s, scores[s]))],
    FirstStageAlone = FirstStage(),
    Results = results,
    NaiveTime = Naive(),
};
string html = arguments.Html ?? Path.Combine(arguments.Folder, "case-study.html");
File.WriteAllText(html, HtmlReport.Write(report));
string markdown = MarkdownReport.Write(report);
File.WriteAllText(arguments.Markdown ?? Path.Combine(arguments.Folder, "case-study.md"), markdown);
Console.WriteLine(markdown);
Console.WriteLine($"Page: {html}");
foreach (Step step in steps)
{
    step.Dispose();
}

return 0;
