using Inference.Monitoring.Records;
using Inference.TestSupport;

namespace Inference.Monitoring.Tests.Stage;

public class PathPatternTests
{
    [Theory]
    [InlineData("ranker", "1.0", "kept/ranker-1.0")]
    [InlineData("../../etc", "1", "kept/..%2F..%2Fetc-1")]
    [InlineData("a\\b:c", "/", "kept/a%5Cb%3Ac-%2F")]
    [InlineData("{version}", "2", "kept/%7Bversion%7D-2")]
    public void Fill_NamesArePartsOfAPath(string model, string version, string expected) => Assert.Equal(expected, PathPattern.Fill("kept/{model}-{version}", model, version));

    [Theory]
    [InlineData(".")]
    [InlineData("..")]
    public void Fill_NameOfAnotherFolder_StaysInside(string name) => Assert.Equal($"kept/%{name}/%{name}", PathPattern.Fill("kept/{model}/{version}", name, name));

    [Fact]
    public async Task Directory_OfAModelWithAPathAsItsName_StaysInside()
    {
        using var folder = new TemporaryFolder();
        await using (IModelRunner runner = new FakeRunner(FakeModel.Info("../out")).AsBuilder().UseMonitoring(o => (o.Profile, o.Directory) = (info => Rows.Profile(info: info), folder.File("kept/{model}"))).Build())
        {
            using NamedValues inputs = FakeModel.Rows(1);
            runner.Run(inputs).Dispose();
            runner.GetService<ModelMonitor>()!.Flush();
        }

        Assert.False(Directory.Exists(folder.File("out")));
        Assert.True(Directory.Exists(folder.File("kept/..%2Fout")));
    }
}
