using Inference.Status;

namespace Inference.Monitoring.Retraining;

/// <summary>Passes calls through; holds the trigger of the model that it wraps.</summary>
internal sealed class RetrainingRunner(IModelRunner inner, RetrainingTrigger trigger) : DelegatingModelRunner(inner)
{
    public override object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is null && (serviceType == typeof(IRetraining) || serviceType == typeof(RetrainingTrigger)) ? trigger : base.GetService(serviceType, serviceKey);
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
