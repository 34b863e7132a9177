namespace Inference.Monitoring.Stage;

/// <summary>Creates bound runs that are counted.</summary>
internal sealed class MonitoredBindable(IBindable inner, ModelMonitor monitor) : IBindable
{
    public BoundRun Bind() => new MonitoredBoundRun(inner.Bind(), monitor);
}
