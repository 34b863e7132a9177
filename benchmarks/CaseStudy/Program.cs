// The case study: dotnet run -c Release --project benchmarks/CaseStudy -- [--requests N] [--quality N] [--folder DIR] [--part PART] [--html FILE] [--markdown FILE]
// Trains and optimizes the models of samples/04.OptimizeAndServe where they are missing, measures all steps in turn in one process, prints the tables and writes the page.
// PART: models, quality, 0.6, 0.8, 1.0 (users by Zipf) or report: only that; what parts find stays in the folder, and the report puts it together. Default: all.
// Needs ONNX Runtime's native library for the baseline (variable ORT_DYLIB_PATH).
using System.Globalization;
using CaseStudy;
using CaseStudy.Measuring;
using CaseStudy.Steps;
using OptimizeAndServe;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args is ["memory", { } only, { } folder])
{
    return MemoryProbe.Run(new StepCatalog(new ModelFiles(folder, SampleSize.Full, _ => { }), MemoryProbe.Form()), only);
}

Arguments arguments = Arguments.Parse(args);
var files = new ModelFiles(arguments.Folder, SampleSize.Full, Console.Error.WriteLine);
await files.MakeAsync();
string[] shown = [.. args.Where((a, i) => a != "--part" && (i == 0 || args[i - 1] != "--part"))];
var parts = new StudyParts(files, arguments, "dotnet run -c Release --project benchmarks/CaseStudy" + (shown.Length > 0 ? " -- " + string.Join(' ', shown) : ""));
foreach (string part in arguments.Part == "all" ? Arguments.Parts : [arguments.Part])
{
    parts.Run(part);
}

return 0;
