// Trains a recommender on a synthetic click log, makes it smaller and faster, and serves it: dotnet run -c Release --project samples/04.OptimizeAndServe -- [FOLDER] [--small]
// Models, and rows for the tool `inference` (FOLDER/data), are kept in FOLDER (artifacts/case-study by default), so that only the first run trains, which takes a few minutes. --small: a small model in a few seconds (artifacts/case-study-small).
using System.Globalization;
using OptimizeAndServe;
using OptimizeAndServe.World;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
bool small = args.Contains("--small");
string folder = args.FirstOrDefault(a => a != "--small") ?? Path.Combine("artifacts", small ? "case-study-small" : "case-study");
SampleSize size = small ? SampleSize.Small : SampleSize.Full;
var files = new ModelFiles(folder, size, Console.WriteLine);
ServiceRun run = await ServiceRun.RunAsync(files, size);
Console.WriteLine($"{run.Requests} requests of 100 items: AUC {run.ServedAuc:F4}, the float model {run.FloatAuc:F4}; median {run.MedianMicroseconds:F0} µs a request, one caller.");

string data = Path.Combine(folder, "data");
ImpressionFiles.Write(data, files.World, size.ImpressionRequests);
Console.WriteLine($"The models are in {folder}, rows to optimize them with in {data}.");
