using Inference.TestSupport;

namespace Inference.Monitoring.Tests;

/// <summary>A monitored <see cref="FakeModel"/> that counts every call.</summary>
internal sealed class Counted : IDisposable
{
    public Counted(ReferenceProfile? profile, Action<MonitoringOptions>? configure = null, FakeRunner? inner = null, IServiceProvider? services = null)
    {
        Inner = inner ?? new FakeRunner();
        Runner = Inner.AsBuilder().UseMonitoring(o =>
        {
            o.Profile = profile is null ? null : _ => profile;
            o.Budget = null;
            o.BucketDuration = TimeSpan.FromDays(1);
            configure?.Invoke(o);
        }).Build(services);
        Monitor = Runner.GetService<ModelMonitor>()!;
    }

    public FakeRunner Inner { get; }

    public IModelRunner Runner { get; }

    public ModelMonitor Monitor { get; }

    public void Run(float[] data)
    {
        using NamedValues inputs = Rows.Inputs(data);
        Runner.Run(inputs).Dispose();
    }

    public MonitoringWindow Flush()
    {
        MonitoringWindow window = Monitor.Flush()!;

        // Times differ between windows that are compared.
        window.Start = window.End = DateTimeOffset.UnixEpoch;
        return window;
    }

    public void Dispose() => Runner.Dispose();
}
