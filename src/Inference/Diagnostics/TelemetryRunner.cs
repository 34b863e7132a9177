using System.Diagnostics;

namespace Inference.Diagnostics;

/// <summary>Measures every call: duration by model, version, provider and outcome, calls in flight, and an activity if there is a listener.</summary>
internal sealed class TelemetryRunner(IModelRunner inner, InferenceTelemetry telemetry) : DelegatingModelRunner(inner)
{
    public override ValueTask<NamedValues> RunAsync(NamedValues inputs, RunContext? context = null, CancellationToken cancellationToken = default) =>
        telemetry.RunDuration.Enabled || telemetry.RunsInFlight.Enabled || InferenceTelemetry.Source.HasListeners()
            ? MeasureAsync(inputs, context ?? new RunContext(), cancellationToken)
            : base.RunAsync(inputs, context, cancellationToken);

    private async ValueTask<NamedValues> MeasureAsync(NamedValues inputs, RunContext context, CancellationToken cancellationToken)
    {
        ModelInfo info = Info;
        var model = new KeyValuePair<string, object?>(InferenceDiagnostics.ModelTag, info.Name);
        using Activity? activity = InferenceTelemetry.Source.StartActivity("inference.run");
        telemetry.RunsInFlight.Add(1, model);
        long start = Stopwatch.GetTimestamp();
        Exception? failure = null;
        try
        {
            return await base.RunAsync(inputs, context, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            failure = exception;
            throw;
        }
        finally
        {
            var tags = new TagList
            {
                model,
                { InferenceDiagnostics.VersionTag, context.Record.VersionServed ?? info.Version },
                { InferenceDiagnostics.ProviderTag, info.Provider },
                { InferenceDiagnostics.OutcomeTag, InferenceDiagnostics.Outcome(failure) },
            };
            telemetry.RunsInFlight.Add(-1, model);
            telemetry.RunDuration.Record(Stopwatch.GetElapsedTime(start).TotalSeconds, tags);
            if (activity is not null)
            {
                foreach (KeyValuePair<string, object?> tag in tags)
                {
                    activity.SetTag(tag.Key, tag.Value);
                }

                activity.SetStatus(failure is null ? ActivityStatusCode.Ok : ActivityStatusCode.Error);
            }
        }
    }
}
