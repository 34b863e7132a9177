using Inference.Versioning.Leasing;
using Inference.Versioning.Routing;

namespace Inference.Versioning.Running;

/// <summary>Runs the version that currently has a name: a version or a label. Owns nothing.</summary>
internal sealed class NamedVersionRunner(VersionedModelRunner versions, string name) : IModelRunner
{
    public ModelInfo Info => Slot().Info;

    public ValueTask<NamedValues> RunAsync(NamedValues inputs, RunContext? context = null, CancellationToken cancellationToken = default)
    {
        VersionSlot slot;
        do
        {
            slot = Slot();
        }
        while (!slot.TryAcquire());
        return versions.RunAsync(new Route(slot, "named", null, IsCanary: false, null), inputs, context, cancellationToken);
    }

    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        if (serviceKey is not null || serviceType == typeof(IBindable) || serviceType == typeof(IModelSplitter))
        {
            return null;
        }

        return serviceType.IsInstanceOfType(this) ? this : Slot().Runner.GetService(serviceType);
    }

    public void Dispose()
    {
        // The version belongs to the repository.
    }

    public ValueTask DisposeAsync() => default;

    private VersionSlot Slot()
    {
        RoutingTable table = versions.Table();
        return table.Names.TryGetValue(name, out VersionSlot? slot)
            ? slot
            : throw new ModelLoadException($"Model '{versions.Versions.ModelName}': expected a loaded version or label ({string.Join(", ", table.Names.Keys.Order(StringComparer.Ordinal).Select(n => $"'{n}'"))}), got '{name}'. Assign the label to a version, or promote the version.");
    }
}
