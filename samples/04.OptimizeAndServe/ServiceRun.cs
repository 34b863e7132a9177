using System.Diagnostics;
using Inference;
using Microsoft.Extensions.DependencyInjection;
using OptimizeAndServe.Serving;
using OptimizeAndServe.Tuning;

namespace OptimizeAndServe;

/// <summary>What came of answering requests by the service.</summary>
/// <param name="Requests">How many.</param>
/// <param name="FloatAuc">Of the float model.</param>
/// <param name="ServedAuc">Of the service.</param>
/// <param name="MedianMicroseconds">Time of a request, one caller.</param>
internal sealed record ServiceRun(int Requests, double FloatAuc, double ServedAuc, double MedianMicroseconds)
{
    /// <summary>Makes the models where they are missing, and answers requests that nothing was fitted to or chosen by.</summary>
    /// <param name="files">The models.</param>
    /// <param name="size">How much.</param>
    public static async Task<ServiceRun> RunAsync(ModelFiles files, SampleSize size)
    {
        await files.MakeAsync().ConfigureAwait(false);
        var rows = new QualityRows(files.World, ModelFiles.ReportStream, size.ServedRequests, 100, size.LeastRows);
        using IModelRunner reference = ModelRunner.Load(files.Ranker);
        await using ServiceProvider provider = RecommenderService.Build(files);
        var ranker = provider.GetRequiredKeyedService<IModelRunner>("ranker");
        var times = new List<double>();
        foreach (World.ClickRequest request in rows.Requests)
        {
            long start = Stopwatch.GetTimestamp();
            using var inputs = new RequestInputs(request);
            using NamedValues outputs = ranker.Run(inputs.Values);
            times.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
        }

        times.Sort();
        return new ServiceRun(rows.Requests.Count, rows.Overall(rows.Score(reference)), rows.Overall(rows.Score(ranker)), times[times.Count / 2]);
    }
}
