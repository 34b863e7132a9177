using OptimizeAndServe;
using OptimizeAndServe.Tuning;

namespace Inference.Docs.Tests;

/// <summary>The sample that optimizes and serves a recommender, run small.</summary>
public sealed class OptimizeAndServeTests
{
    [Fact]
    public async Task RunAsync_Small_ServesAnOptimizedRankerOfEqualQuality()
    {
        string folder = Directory.CreateTempSubdirectory("inference-sample-").FullName;
        try
        {
            var log = new List<string>();
            var files = new ModelFiles(folder, SampleSize.Small, log.Add);
            ServiceRun run = await ServiceRun.RunAsync(files, SampleSize.Small);

            Assert.Equal(SampleSize.Small.ServedRequests, run.Requests);
            Assert.True(run.FloatAuc > 0.6, $"The float model learnt little: {run.FloatAuc}.\n{string.Join('\n', log)}");
            Assert.InRange(run.ServedAuc, run.FloatAuc - 0.01, 1);
            Assert.True(new FileInfo(files.Int8).Length < 0.5 * new FileInfo(files.Ranker).Length);

            Choices choices = files.Choices;
            Assert.InRange(choices.Keep, 1, 100);
            Assert.NotEmpty(choices.Trials);
            Assert.All(choices.Trials.Where(t => t.Chosen), t => Assert.True(QualityBudget.All.Allows(new QualityLoss(t.Drop, t.SliceDrop, t.Slice)), t.ToString()));

            // Everything is there: a second run trains nothing.
            int lines = log.Count;
            await new ModelFiles(folder, SampleSize.Small, log.Add).MakeAsync();
            Assert.Equal(lines, log.Count);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
