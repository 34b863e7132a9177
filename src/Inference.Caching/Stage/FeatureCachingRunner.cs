using Inference.Feedback;
using Inference.Status;

namespace Inference.Caching.Stage;

/// <summary>Runs a model in two parts, the first of which is cached by the inputs it depends on.</summary>
internal sealed class FeatureCachingRunner(IModelRunner inner, CachingRunner branch, IModelRunner rest, string[] branchInputs) : DelegatingModelRunner(inner)
{
    private readonly HashSet<string> _known = Known(inner.Info, branch.Info, rest.Info);

    public override async ValueTask<NamedValues> RunAsync(NamedValues inputs, RunContext? context = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        if (!AreKnown(inputs) || TryTake(inputs, branchInputs) is not { } own)
        {
            // The model reports the error, or uses its defaults.
            return await Inner.RunAsync(inputs, context, cancellationToken).ConfigureAwait(false);
        }

        // The values in both sets are the caller's and the branch's: neither set is disposed.
        using NamedValues features = await branch.RunAsync(own, context, cancellationToken).ConfigureAwait(false);
        var others = new NamedValues(rest.Info.Inputs.Count);
        foreach (ModelPort port in rest.Info.Inputs)
        {
            if (features.TryGetValue(port.Name, out ModelValue? value) || inputs.TryGetValue(port.Name, out value))
            {
                others.Add(port.Name, value);
            }
        }

        return await rest.RunAsync(others, context, cancellationToken).ConfigureAwait(false);
    }

    public override object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceType == typeof(IBindable) ? null : serviceType == typeof(ICacheControl) || serviceType == typeof(IErasable) ? branch : base.GetService(serviceType, serviceKey);

    public override async ValueTask DisposeAsync()
    {
        await branch.DisposeAsync().ConfigureAwait(false);
        await rest.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            branch.Dispose();
            rest.Dispose();
        }

        base.Dispose(disposing);
    }

    private static NamedValues? TryTake(NamedValues inputs, string[] names)
    {
        var taken = new NamedValues(names.Length);
        foreach (string name in names)
        {
            if (!inputs.TryGetValue(name, out ModelValue? value))
            {
                return null;
            }

            taken.Add(name, value);
        }

        return taken;
    }

    // Inputs that neither part takes but the model needs are not used by it; one with a default was bound into a part, and only the whole can take another value.
    private static HashSet<string> Known(ModelInfo whole, ModelInfo branch, ModelInfo rest)
    {
        var known = new HashSet<string>(branch.Inputs.Concat(rest.Inputs).Select(p => p.Name), StringComparer.Ordinal);
        known.UnionWith(whole.Inputs.Where(p => !p.IsOptional).Select(p => p.Name));
        return known;
    }

    private bool AreKnown(NamedValues inputs)
    {
        for (int i = 0; i < inputs.Count; i++)
        {
            if (!_known.Contains(inputs.GetAt(i).Key))
            {
                return false;
            }
        }

        return true;
    }
}
