// Trains a recommender on a made-up click log, makes it small and fast, and serves it: dotnet run -c Release --project samples/04.OptimizeAndServe [FOLDER]
// The models are kept in FOLDER (artifacts/case-study by default), so that only the first run trains; it takes some minutes.
using System.Diagnostics;
using System.Globalization;
using Inference;
using Inference.Batching;
using Inference.Caching;
using Microsoft.Extensions.DependencyInjection;
using OptimizeAndServe;
using OptimizeAndServe.Serving;
using OptimizeAndServe.Training;
using OptimizeAndServe.World;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var files = new ModelFiles(args.ElementAtOrDefault(0) ?? Path.Combine("artifacts", "case-study"), Console.WriteLine);
await files.MakeAsync();

#region serve
var services = new ServiceCollection();
services.AddModel("first-stage", o => o.Path = files.FirstStage);
services.AddModel("ranker", o => o.Path = files.LowRank)
    .UseBatching(o => o.MaxRows = 8)                                            // joins concurrent requests
    .Use((inner, p) => new CandidateCascadeRunner(                              // a cheap model decides which items are worth the ranker
        inner, p.GetRequiredKeyedService<IModelRunner>("first-stage"), keep: 64))
    .UseFeatureCaching(RankExport.UserInputs, o => o.MaxBytes = 128 << 20);     // what depends on the user alone is kept
await using ServiceProvider provider = services.BuildServiceProvider();
var ranker = provider.GetRequiredKeyedService<IModelRunner>("ranker");
#endregion

var users = new ZipfSampler(ClickWorld.Users, 0.8);
ClickRequest[] requests = [.. Enumerable.Range(0, 1000).Select(i => files.World.Request(3, i, users, 100))];
var scores = new List<float>();
var times = new List<double>();
foreach (ClickRequest request in requests)
{
    long start = Stopwatch.GetTimestamp();
    using var inputs = new RequestInputs(request);
    using NamedValues outputs = ranker.Run(inputs.Values);
    times.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
    scores.AddRange(outputs["score"].AsSpan<float>());
}

times.Sort();
bool[] clicked = [.. requests.SelectMany(r => r.Clicked)];
Console.WriteLine($"{requests.Length} requests of 100 items: AUC {Auc.Of([.. scores], clicked):F4}, median {times[times.Count / 2]:F0} µs a request, one caller.");
