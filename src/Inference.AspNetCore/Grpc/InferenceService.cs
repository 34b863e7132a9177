using System.Diagnostics;
using Grpc.Core;
using Inference.AspNetCore.Access;
using Inference.AspNetCore.Calls;
using Inference.AspNetCore.Models;
using Inference.AspNetCore.Protocol;
using Inference.AspNetCore.Repository;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Inference.AspNetCore.Grpc;

/// <summary>The service <c>inference.GRPCInferenceService</c>. One instance serves all calls.</summary>
internal sealed class InferenceService(
    ServedModels models,
    ModelRepositoryService repository,
    InferenceCalls calls,
    CallContexts contexts,
    AccessGate gate,
    BodyBudget budget,
    IOptions<OpenInferenceOptions> options,
    ILogger<InferenceService> logger)
{
    private readonly OpenInferenceOptions _options = options.Value;

    public async Task<InferResult> InferAsync(Received<InferRequest> received, ServerCallContext call)
    {
        HttpContext http = call.GetHttpContext();
        using Activity? activity = RequestActivity.Start(http);
        long taken = 0;
        try
        {
            using InferRequest? request = received.Request;
            await gate.CheckAsync(http, OpenInferenceGroup.Infer, request?.ModelName, challenge: false).ConfigureAwait(false);
            received.ThrowIfFaulty();
            ServedModel model = models.Find(request!.ModelName);
            IModelRunner runner = model.Resolve(request.ModelVersion);
            budget.Take(received.Bytes);
            taken = received.Bytes;
            RunContext context = contexts.Of(http, request.Parameters, call.Deadline == DateTime.MaxValue ? null : call.Deadline);
            InferResult result = await calls.RunAsync(model, runner, request, context, rawAlone: true, call.CancellationToken).ConfigureAwait(false);

            // An answer that comes after the deadline is not written.
            http.Response.RegisterForDispose(result);
            return result;
        }
        catch (Exception exception)
        {
            activity?.SetStatus(ActivityStatusCode.Error);
            throw GrpcFaults.Of(exception, _options.RetryAfter, logger);
        }
        finally
        {
            budget.Release(taken);
        }
    }

    public Task<WireMessage> LiveAsync(Received<NameRequest> received, ServerCallContext call) =>
        AnswerAsync(received, call, null, static _ => null, _ => new WireMessage().Number(1, 1));

    public Task<WireMessage> ReadyAsync(Received<NameRequest> received, ServerCallContext call) =>
        AnswerAsync(received, call, null, static _ => null, _ => new WireMessage().Number(1, models.WhyNotReady() is null ? 1u : 0u));

    public Task<WireMessage> MetadataAsync(Received<NameRequest> received, ServerCallContext call) =>
        AnswerAsync(received, call, OpenInferenceGroup.Metadata, static _ => null, _ =>
        {
            WireMessage message = new WireMessage().Text(1, _options.ServerName).Text(2, ServerIdentity.Version);
            foreach (string extension in ServerIdentity.Extensions)
            {
                message.Text(3, extension);
            }

            return message;
        });

    public Task<WireMessage> ModelReadyAsync(Received<NameRequest> received, ServerCallContext call) =>
        AnswerAsync(received, call, OpenInferenceGroup.Metadata, static request => request.First, request =>
        {
            ServedModel model = models.Find(request.First);
            bool ready = model.WhyNotReady() is null;
            if (ready)
            {
                model.Resolve(request.Second);
            }

            return new WireMessage().Number(1, ready ? 1u : 0u);
        });

    public Task<WireMessage> ModelMetadataAsync(Received<NameRequest> received, ServerCallContext call) =>
        AnswerAsync(received, call, OpenInferenceGroup.Metadata, static request => request.First, request =>
        {
            ServedModel model = models.Find(request.First);
            return WireAnswers.Metadata(ModelDescription.Of(model, model.Resolve(request.Second)));
        });

    public Task<WireMessage> StatisticsAsync(Received<NameRequest> received, ServerCallContext call) =>
        AnswerAsync(received, call, OpenInferenceGroup.Statistics, static request => request.First.Length > 0 ? request.First : null, async request =>
        {
            bool isOne = request.First.Length > 0;
            IReadOnlyList<ServedModel> asked = isOne ? [models.Find(request.First)] : await gate.VisibleAsync(call.GetHttpContext(), OpenInferenceGroup.Statistics, models.All).ConfigureAwait(false);
            return WireAnswers.Statistics(StatisticsEntry.Of(asked, isOne ? request.Second : ""));
        });

    public Task<WireMessage> IndexAsync(Received<NameRequest> received, ServerCallContext call) =>
        AnswerAsync(received, call, OpenInferenceGroup.Repository, static _ => null, async request =>
            WireAnswers.Index(ModelRepositoryService.Index(await gate.VisibleAsync(call.GetHttpContext(), OpenInferenceGroup.Repository, models.All).ConfigureAwait(false), request.Flag)));

    public Task<WireMessage> LoadAsync(Received<NameRequest> received, ServerCallContext call) =>
        AnswerAsync(received, call, OpenInferenceGroup.Admin, static request => request.Second, async request =>
        {
            await repository.LoadAsync(request.Second, call.CancellationToken).ConfigureAwait(false);
            return WireMessage.Empty;
        });

    public Task<WireMessage> UnloadAsync(Received<NameRequest> received, ServerCallContext call) =>
        AnswerAsync(received, call, OpenInferenceGroup.Admin, static request => request.Second, async request =>
        {
            await repository.UnloadAsync(request.Second, call.CancellationToken).ConfigureAwait(false);
            return WireMessage.Empty;
        });

    private Task<WireMessage> AnswerAsync(Received<NameRequest> received, ServerCallContext call, OpenInferenceGroup? group, Func<NameRequest, string?> model, Func<NameRequest, WireMessage> answer) =>
        AnswerAsync(received, call, group, model, request => Task.FromResult(answer(request)));

    private async Task<WireMessage> AnswerAsync(Received<NameRequest> received, ServerCallContext call, OpenInferenceGroup? group, Func<NameRequest, string?> model, Func<NameRequest, Task<WireMessage>> answer)
    {
        try
        {
            if (group is OpenInferenceGroup.Repository or OpenInferenceGroup.Admin && !gate.IsRepositoryOffered)
            {
                throw new RequestFault(FaultKind.Unimplemented, "This server is read-only: its repository is not offered.");
            }

            if (group is { } asked)
            {
                await gate.CheckAsync(call.GetHttpContext(), asked, received.Request is { } named ? model(named) : null, challenge: false).ConfigureAwait(false);
            }

            received.ThrowIfFaulty();
            return await answer(received.Request!).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            throw GrpcFaults.Of(exception, _options.RetryAfter, logger);
        }
    }
}
