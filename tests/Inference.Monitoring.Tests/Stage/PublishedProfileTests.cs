using Inference.TestSupport;

namespace Inference.Monitoring.Tests.Stage;

/// <summary>A profile that is published with a model.</summary>
public sealed class PublishedProfileTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Theory]
    [InlineData(true, false, MonitoringState.Learning)]
    [InlineData(false, false, MonitoringState.Unavailable)]
    [InlineData(false, true, MonitoringState.Learning)]
    public void Open_ProfileOfTheModel_IsUsedIfItsDigestIsRight(bool right, bool own, MonitoringState expected)
    {
        ReferenceProfile published = Rows.Profile(seed: 1), stated = Rows.Profile(seed: 2);
        published.Save(_path);
        using IModelRunner runner = new Published(new FakeRunner(), new ModelFile(_path, right ? published.Digest.ToUpperInvariant() : new string('0', 64))).AsBuilder().UseMonitoring(o => o.Profile = own ? _ => stated : null).Build();
        ModelMonitor monitor = runner.GetService<ModelMonitor>()!;
        Assert.Equal(expected, monitor.Snapshot.State);
        Assert.Equal(own ? stated.Digest : right ? published.Digest : null, monitor.Profile?.Digest);
        if (expected == MonitoringState.Unavailable)
        {
            Assert.Contains($"expected SHA-256 {new string('0', 64)}, got {published.Digest}", monitor.Snapshot.Description, StringComparison.Ordinal);
        }

        using NamedValues inputs = Rows.Inputs(Rows.Normal(new Random(3), 4, FakeModel.InputWidth));
        runner.Run(inputs).Dispose();
    }

    private sealed class Published(IModelRunner inner, ModelFile file) : DelegatingModelRunner(inner), IModelFiles
    {
        public ModelFile? Find(string kind) => kind == ModelFile.Profile ? file : null;
    }
}
