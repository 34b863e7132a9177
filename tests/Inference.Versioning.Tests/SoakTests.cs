using Inference.Benchmarks.Soak;
using Xunit.Abstractions;

namespace Inference.Versioning.Tests;

public sealed class SoakTests(ITestOutputHelper output)
{
    /// <summary>Twenty seconds of the soak; ten minutes by <c>dotnet run -c Release --project benchmarks/Inference.Benchmarks -- soak</c>.</summary>
    [Fact]
    public async Task TwentySeconds_EverythingAtOnce_NothingWrongLostOrDoubled()
    {
        SoakReport report = await SoakRun.RunAsync(new SoakOptions(TimeSpan.FromSeconds(20), Callers: 16));
        output.WriteLine(report.ToString());
        Assert.True(report.Passed, report.ToString());
        Assert.True(report.PoisonedFailed > 0 && report.CorruptDropped > 0 && report.CacheFaults > 0, report.ToString());
    }
}
