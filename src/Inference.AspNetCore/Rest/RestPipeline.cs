using System.Diagnostics;
using System.Text.Json;
using Inference.AspNetCore.Access;
using Inference.AspNetCore.Calls;
using Inference.AspNetCore.Models;
using Inference.AspNetCore.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Inference.AspNetCore.Rest;

/// <summary>What all endpoints of REST share: access, faults, JSON.</summary>
internal sealed class RestPipeline(AccessGate gate, BodyBudget budget, RestResults results, IOptions<OpenInferenceOptions> options, ILogger<RestPipeline> logger)
{
    private readonly OpenInferenceOptions _options = options.Value;

    public OpenInferenceLimits Limits => _options.Limits;

    public BodyBudget Budget => budget;

    public RestResults Results => results;

    /// <summary>Runs a handler and answers what it throws.</summary>
    /// <param name="http">The request.</param>
    /// <param name="group">What it asks; null for what is open to all.</param>
    /// <param name="handler">The handler; gets the name of the model in the path, empty without one.</param>
    public async Task RunAsync(HttpContext http, OpenInferenceGroup? group, Func<HttpContext, string, Task> handler)
    {
        using Activity? activity = RequestActivity.Start(http);
        try
        {
            string model = Route(http, "model");
            if (group is { } asked)
            {
                await gate.CheckAsync(http, asked, model.Length > 0 ? model : null, challenge: true).ConfigureAwait(false);
            }

            await handler(http, model).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            activity?.SetStatus(ActivityStatusCode.Error);
            await RestFaults.WriteAsync(http, results, exception, _options.RetryAfter, logger).ConfigureAwait(false);
        }
    }

    /// <summary>Runs a handler that writes JSON.</summary>
    public Task AnswerAsync(HttpContext http, OpenInferenceGroup? group, Action<HttpContext, string, Utf8JsonWriter> write) =>
        RunAsync(http, group, (context, model) => results.WriteAsync(context, json => write(context, model, json)));

    /// <summary>Checks access before the body is read, which names the model.</summary>
    public ValueTask CheckEarlyAsync(HttpContext http, OpenInferenceGroup group) => gate.CheckEarlyAsync(http, group, challenge: true);

    /// <summary>Checks access to a model that is not named in the path.</summary>
    public ValueTask CheckAsync(HttpContext http, OpenInferenceGroup group, string? model) => gate.CheckAsync(http, group, model, challenge: true);

    /// <summary>Runs a handler that writes JSON about all models that the caller may know of.</summary>
    public Task AnswerOfAllAsync(HttpContext http, OpenInferenceGroup group, IReadOnlyList<ServedModel> models, Action<IReadOnlyList<ServedModel>, Utf8JsonWriter> write) => RunAsync(http, group, async (context, _) =>
    {
        IReadOnlyList<ServedModel> visible = await gate.VisibleAsync(context, group, models).ConfigureAwait(false);
        await results.WriteAsync(context, json => write(visible, json)).ConfigureAwait(false);
    });

    /// <summary>Answers a fault in another form than the protocol's.</summary>
    public Task FailAsync(HttpContext http, RequestFault fault, Action<Utf8JsonWriter> write) => RestFaults.WriteAsync(http, results, fault, _options.RetryAfter, logger, write);

    public static string Route(HttpContext http, string name) => http.Request.RouteValues.TryGetValue(name, out object? value) && value is string text ? text : "";
}
