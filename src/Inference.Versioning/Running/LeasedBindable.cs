using Inference.Versioning.Leasing;

namespace Inference.Versioning.Running;

/// <summary>Creates bound runs on the version that is the default at that moment; each holds a lease on it until it is disposed.</summary>
internal sealed class LeasedBindable(VersionedModelRunner versions) : IBindable
{
    /// <summary>Null if the default version does not support bound runs.</summary>
    public static LeasedBindable? TryMake(VersionedModelRunner versions) =>
        versions.Table().Default.Runner.GetService(typeof(IBindable)) is null ? null : new LeasedBindable(versions);

    public BoundRun Bind()
    {
        VersionSlot slot;
        do
        {
            slot = versions.Table().Default;
        }
        while (!slot.TryAcquire());
        try
        {
            var bindable = (IBindable?)slot.Runner.GetService(typeof(IBindable))
                ?? throw new InferenceException($"Model '{slot.Info.Name}', version '{slot.Version}' does not support bound runs. Use RunAsync.");
            return new LeasedBoundRun(bindable.Bind(), slot);
        }
        catch
        {
            slot.Release();
            throw;
        }
    }

    private sealed class LeasedBoundRun(BoundRun inner, VersionSlot slot) : BoundRun
    {
        private int _disposed;

        public override void SetInput(string name, TensorValue value) => inner.SetInput(name, value);

        public override void Run(CancellationToken cancellationToken = default) => inner.Run(cancellationToken);

        public override ModelValue GetOutputValue(string name) => inner.GetOutputValue(name);

        public override void Dispose()
        {
            if (Interlocked.Exchange(ref _disposed, 1) == 0)
            {
                inner.Dispose();
                slot.Release();
            }
        }
    }
}
