using Grpc.Core;
using Inference.AspNetCore.Calls;
using Inference.AspNetCore.Models;
using Inference.AspNetCore.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Inference.AspNetCore.Grpc;

/// <summary>The service <c>inference.GRPCInferenceService</c>. One instance serves all calls.</summary>
internal sealed class InferenceService(ServedModels models, InferenceCalls calls, CallContexts contexts, IOptions<OpenInferenceOptions> options, ILogger<InferenceService> logger)
{
    private readonly OpenInferenceOptions _options = options.Value;
    private readonly ServedModels _models = models;

    public async Task<InferResult> InferAsync(Received<InferRequest> received, ServerCallContext call)
    {
        try
        {
            using InferRequest request = received.Take();
            HttpContext http = call.GetHttpContext();
            ServedModel model = _models.Find(request.ModelName);
            IModelRunner runner = model.Resolve(request.ModelVersion);
            RunContext context = contexts.Of(http, request.Parameters, call.Deadline == DateTime.MaxValue ? null : call.Deadline);
            return await calls.RunAsync(model, runner, request, context, rawAlone: true, call.CancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            throw GrpcFaults.Of(exception, _options.RetryAfter, logger);
        }
    }

    public Task<WireMessage> LiveAsync(Received<NameRequest> received, ServerCallContext call) => Answer(received, static (_, _) => new WireMessage().Number(1, 1));

    public Task<WireMessage> ReadyAsync(Received<NameRequest> received, ServerCallContext call) =>
        Answer(received, static (service, _) => new WireMessage().Number(1, service.IsReady ? 1u : 0u));

    public Task<WireMessage> MetadataAsync(Received<NameRequest> received, ServerCallContext call) => Answer(received, static (service, _) =>
    {
        WireMessage message = new WireMessage().Text(1, service._options.ServerName).Text(2, ServerIdentity.Version);
        foreach (string extension in ServerIdentity.Extensions)
        {
            message.Text(3, extension);
        }

        return message;
    });

    public Task<WireMessage> ModelReadyAsync(Received<NameRequest> received, ServerCallContext call) => Answer(received, static (service, request) =>
    {
        ServedModel model = service._models.Find(request.First);
        bool ready = model.WhyNotReady() is null;
        if (ready)
        {
            model.Resolve(request.Second);
        }

        return new WireMessage().Number(1, ready ? 1u : 0u);
    });

    public Task<WireMessage> ModelMetadataAsync(Received<NameRequest> received, ServerCallContext call) => Answer(received, static (service, request) =>
    {
        ServedModel model = service._models.Find(request.First);
        ModelDescription description = ModelDescription.Of(model, model.Resolve(request.Second));
        WireMessage message = new WireMessage().Text(1, description.Name);
        foreach (string version in description.Versions)
        {
            message.Text(2, version);
        }

        message.Text(3, description.Platform);
        Add(message, 4, description.Inputs);
        Add(message, 5, description.Outputs);
        foreach ((string name, string value) in description.Properties)
        {
            message.Nested(6, new WireMessage().Text(1, name).Text(2, value));
        }

        return message;
    });

    private static void Add(WireMessage message, int field, IReadOnlyList<TensorDescription> tensors)
    {
        foreach (TensorDescription tensor in tensors)
        {
            message.Nested(field, new WireMessage().Text(1, tensor.Name).Text(2, tensor.Datatype).Packed(3, tensor.Shape));
        }
    }

    private bool IsReady
    {
        get
        {
            foreach (ServedModel model in _models.All)
            {
                if (model.WhyNotReady() is not null)
                {
                    return false;
                }
            }

            return true;
        }
    }

    private Task<WireMessage> Answer(Received<NameRequest> received, Func<InferenceService, NameRequest, WireMessage> answer)
    {
        try
        {
            return Task.FromResult(answer(this, received.Take()));
        }
        catch (Exception exception)
        {
            throw GrpcFaults.Of(exception, _options.RetryAfter, logger);
        }
    }
}
