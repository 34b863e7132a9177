using Inference.AspNetCore.Feedback;
using Inference.AspNetCore.Models;
using Inference.Feedback;
using Microsoft.AspNetCore.Http;

namespace Inference.AspNetCore.Rest;

/// <summary>Feedback over REST.</summary>
internal sealed class RestFeedback(RestPipeline pipeline, ServedModels models)
{
    public Task ReportAsync(HttpContext http) => pipeline.RunAsync(http, OpenInferenceGroup.Feedback, async (context, name) =>
    {
        ServedModel model = models.Find(name);
        IModelRunner runner = model.Resolve(RestPipeline.Route(context, "version"));
        List<FeedbackReport> reports = await JsonBodies.ReadAsync(context, pipeline.Limits, pipeline.Budget, json => FeedbackReader.Read(json, pipeline.Limits)).ConfigureAwait(false);
        IReadOnlyList<FeedbackAnswer> answers = await FeedbackCalls.ReportAsync(model, runner, reports, context.RequestAborted).ConfigureAwait(false);
        await pipeline.Results.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("answers"u8);
            foreach (FeedbackAnswer answer in answers)
            {
                json.WriteStringValue(FeedbackCalls.Name(answer));
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }).ConfigureAwait(false);
    });
}
