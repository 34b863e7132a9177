using System.Diagnostics;
using Inference;
using Microsoft.Extensions.DependencyInjection;
using OptimizeAndServe.Serving;
using OptimizeAndServe.Tuning;

namespace OptimizeAndServe;

/// <summary>The result of answering requests through the service.</summary>
/// <param name="Requests">The number of requests.</param>
/// <param name="FloatAuc">The AUC of the float model.</param>
/// <param name="ServedAuc">The AUC of the service.</param>
/// <param name="MedianMicroseconds">The median time of a request with one caller, µs.</param>
internal sealed record ServiceRun(int Requests, double FloatAuc, double ServedAuc, double MedianMicroseconds)
{
    /// <summary>Creates missing models, and answers requests that were used neither for fitting nor for selection.</summary>
    /// <param name="files">The models.</param>
    /// <param name="size">The amounts.</param>
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
