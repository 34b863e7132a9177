using Inference.AspNetCore.Models;
using Inference.AspNetCore.Protocol;
using Inference.Decisions;
using Inference.Monitoring;
using Inference.Status;
using Microsoft.Extensions.Logging;

namespace Inference.AspNetCore.Dashboard;

/// <summary>Does what a page asks, under the name of its caller, and logs it.</summary>
internal sealed class DashboardActions(ModelReader reader, ActionLog log, TimeProvider clock, ILogger<DashboardActions> logger)
{
    /// <summary>Does something.</summary>
    /// <param name="model">The model.</param>
    /// <param name="action">What.</param>
    /// <param name="request">With which version, and why.</param>
    /// <param name="actor">Who.</param>
    /// <param name="cancellationToken">Cancels it before anything is changed.</param>
    /// <returns>One sentence about what was done.</returns>
    /// <exception cref="RequestFault">It is not possible; nothing was changed.</exception>
    public async Task<string> RunAsync(ServedModel model, string action, ActionRequest request, string actor, CancellationToken cancellationToken)
    {
        string subject = Subject(request);
        try
        {
            DecisionActors.RequireReason(request.Reason);
            string done = await DoAsync(model, action, request, actor, cancellationToken).ConfigureAwait(false);
            DashboardLog.Acted(logger, actor, action, model.Name, subject, request.Reason);
            log.Add(model, new ActionEntry(clock.GetUtcNow(), actor, action, subject, request.Reason, null));
            return done;
        }
        catch (Exception exception) when (exception is ArgumentException or InferenceException or RequestFault)
        {
            string why = exception is ArgumentException { ParamName: { } name } ? exception.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal) : exception.Message;
            DashboardLog.NotActed(logger, actor, action, model.Name, subject, why);
            log.Add(model, new ActionEntry(clock.GetUtcNow(), actor, action, subject, request.Reason, why));
            throw exception as RequestFault ?? new RequestFault(FaultKind.InvalidArgument, why, exception);
        }
    }

    private static string Subject(ActionRequest request)
    {
        var parts = new List<string>();
        if (request.Version is { } version)
        {
            parts.Add($"version {version}");
        }

        if (request.Label is { } label)
        {
            parts.Add($"label {label}");
        }

        if (request.Percent is { } percent)
        {
            parts.Add($"{percent} %");
        }

        if (request.Minutes is { } minutes)
        {
            parts.Add($"{minutes} min");
        }

        return Json.Cut(string.Join(", ", parts));
    }

    private async Task<string> DoAsync(ServedModel model, string action, ActionRequest request, string actor, CancellationToken cancellationToken)
    {
        switch (action)
        {
            case "promote":
                string version = request.RequireVersion();
                IModelVersions versions = Versions(model);
                Expect(request, $"default {versions.DefaultVersion}");
                await versions.PromoteAsync(version, actor, request.Reason, cancellationToken).ConfigureAwait(false);
                return $"Version {version} is the default now.";
            case "rollback":
                versions = Versions(model);
                Expect(request, versions.Canary is { } trial ? $"canary {trial.Version}" : $"default {versions.DefaultVersion}");
                string gone = await versions.RollbackAsync(actor, request.Reason, cancellationToken).ConfigureAwait(false);
                return $"Version {gone} was rolled back; {versions.DefaultVersion} is the default.";
            case "canary":
                version = request.RequireVersion();
                double percent = request.Percent ?? throw new RequestFault(FaultKind.InvalidArgument, "Field 'percent': expected the share of calls, got none.");
                await Versions(model).StartCanaryAsync(version, percent, actor, request.Reason, cancellationToken).ConfigureAwait(false);
                return $"Version {version} gets {percent} % of the calls now.";
            case "freeze":
                versions = Versions(model);
                CanaryStatus canary = versions.Canary ?? throw new RequestFault(FaultKind.InvalidArgument, "There is no canary at present.");
                Expect(request, $"canary {canary.Version}");
                await versions.StartCanaryAsync(canary.Version, 0, actor, request.Reason, cancellationToken).ConfigureAwait(false);
                return $"Version {canary.Version} gets no calls any more; its trial stays open.";
            case "label":
                version = request.RequireVersion();
                string label = request.RequireLabel();
                await Versions(model).SetLabelAsync(label, version, actor, request.Reason, cancellationToken).ConfigureAwait(false);
                return $"Version {version} has the label {label} now.";
            case "acknowledge":
                (reader.Service<IModelMonitor>(model, request.Version) ?? throw Lacks(model, "monitoring")).Acknowledge(actor, request.Reason);
                return "The alarm is marked as seen.";
            case "silence":
                double minutes = request.Minutes ?? throw new RequestFault(FaultKind.InvalidArgument, "Field 'minutes': expected how long, got nothing.");
                DateTimeOffset until = clock.GetUtcNow().AddMinutes(minutes);
                (reader.Service<IAlertSilence>(model, request.Version) ?? throw Lacks(model, "alerts that can be silenced")).Silence(until, actor, request.Reason);
                return minutes > 0 ? $"Alerts are silent until {until.UtcDateTime:yyyy-MM-dd HH:mm} UTC." : "Alerts are told again.";
            default:
                throw new RequestFault(FaultKind.NotFound, $"There is no action '{Json.Cut(action)}'.");
        }
    }

    private IModelVersions Versions(ServedModel model) => reader.Service<IModelVersions>(model) ?? throw Lacks(model, "versions");

    private static RequestFault Lacks(ServedModel model, string what) => new(FaultKind.InvalidArgument, $"Model '{model.Name}' has no {what}.");

    // What somebody decided on must still be so.
    private static void Expect(ActionRequest request, string actual)
    {
        if (request.Expect is { } expected && expected != actual)
        {
            RequestFault.Throw($"The page showed {Json.Cut(expected)}, but now it is {actual}. Nothing was changed: look again, and decide again.");
        }
    }
}
