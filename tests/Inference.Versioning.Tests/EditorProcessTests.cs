using Inference.Replicas;
using Xunit.Abstractions;

namespace Inference.Versioning.Tests;

/// <summary>Some kills and promotions; 200 and 1,000 by <c>eng/publishing.sh</c>.</summary>
public sealed class EditorProcessTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Editors_KilledAtRandom_LeaveOldStateOrNew()
    {
        EditReport report = await EditRun.KillAsync(kills: 8, seed: 1);
        output.WriteLine(report.ToString());
        Assert.True(report.Faults.Count == 0, string.Join("\n", report.Faults));
        Assert.True(report.Kills == 8 && report.Acknowledged > 3, report.ToString());
    }

    [Fact]
    public async Task Promotions_AtOnceByProcessesAndThreads_OneWinsAndTheOthersAreTold()
    {
        EditReport report = await EditRun.PromoteAsync(steps: 48, processes: 2, threads: 3, seed: 1);
        output.WriteLine(report.ToString());
        Assert.True(report.Faults.Count == 0, string.Join("\n", report.Faults));
        Assert.Equal((48, 48, 0), (report.Steps, report.Acknowledged + report.Overtaken, report.Refused));
    }
}
