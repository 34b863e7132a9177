// A model that is replaced when its world changes: dotnet run -c Release --project samples/09.Loop -- [FOLDER]
// Days pass in seconds: the clock is driven by hand. Versions, bundles and the state of retraining are written to FOLDER (artifacts/loop by default), which is deleted first.
using System.Globalization;
using Loop;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
string folder = args.Length > 0 ? args[0] : Path.Combine("artifacts", "loop");
if (Directory.Exists(folder))
{
    Directory.Delete(folder, recursive: true);
}

await using var run = new LoopRun(folder, Console.WriteLine);
await run.RunAsync();
