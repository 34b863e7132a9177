using Inference.Feedback;

namespace Inference.Monitoring.Feedback;

/// <summary>Passes calls through and keeps those that were answered.</summary>
internal sealed class FeedbackRunner(IModelRunner inner, ModelFeedback feedback) : DelegatingModelRunner(inner)
{
    public override ValueTask<NamedValues> RunAsync(NamedValues inputs, RunContext? context = null, CancellationToken cancellationToken = default)
    {
        ValueTask<NamedValues> run = Inner.RunAsync(inputs, context, cancellationToken);
        if (context is null)
        {
            // Nobody can learn the id.
            return run;
        }

        if (!run.IsCompletedSuccessfully)
        {
            return KeepAsync(run, inputs, context);
        }

        NamedValues outputs = run.Result;
        feedback.Keep(inputs, outputs, context, Inner.Info);
        return new ValueTask<NamedValues>(outputs);
    }

    public override object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is null && serviceType.IsInstanceOfType(feedback) && serviceType != typeof(object) && serviceType != typeof(IDisposable) && serviceType != typeof(IAsyncDisposable)
            ? feedback
            : base.GetService(serviceType, serviceKey);
    }

    public override async ValueTask DisposeAsync()
    {
        await feedback.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            feedback.Dispose();
        }

        base.Dispose(disposing);
    }

    private async ValueTask<NamedValues> KeepAsync(ValueTask<NamedValues> run, NamedValues inputs, RunContext context)
    {
        NamedValues outputs = await run.ConfigureAwait(false);
        feedback.Keep(inputs, outputs, context, Inner.Info);
        return outputs;
    }
}
