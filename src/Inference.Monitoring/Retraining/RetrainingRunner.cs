using Inference.Feedback;
using Inference.Security;
using Inference.Status;

namespace Inference.Monitoring.Retraining;

/// <summary>Passes calls through; holds the trigger of the model that it wraps.</summary>
internal sealed class RetrainingRunner(IModelRunner inner, RetrainingTrigger trigger) : DelegatingModelRunner(inner), IErasable
{
    public override object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        if (serviceKey is null && serviceType == typeof(IErasable))
        {
            return Inner.GetService(serviceType) is null ? null : this;
        }

        return serviceKey is null && (serviceType == typeof(IRetraining) || serviceType == typeof(RetrainingTrigger)) ? trigger : base.GetService(serviceType, serviceKey);
    }

    public async ValueTask<ErasureReport> EraseAsync(DataOwner owner, CancellationToken cancellationToken = default)
    {
        IErasable inner = Inner.GetService<IErasable>() ?? throw new InferenceException("Erasure: expected UseFeedback inside UseRetraining, found none. Add UseFeedback.");

        // What is read for a bundle after the erasure holds nothing of the owner any more.
        ErasureReport report = await inner.EraseAsync(owner, cancellationToken).ConfigureAwait(false);
        await trigger.EraseAsync(owner, cancellationToken).ConfigureAwait(false);
        return report;
    }

    public override async ValueTask DisposeAsync()
    {
        await trigger.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            trigger.Dispose();
        }

        base.Dispose(disposing);
    }
}
