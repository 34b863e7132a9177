using System.Buffers;
using Grpc.AspNetCore.Server.Model;
using Grpc.Core;
using Inference.AspNetCore.Protocol;
using Microsoft.Extensions.Options;

namespace Inference.AspNetCore.Grpc;

/// <summary>The methods of <c>inference.GRPCInferenceService</c>, with marshallers that read requests in place and write results into the response.</summary>
internal sealed class GrpcMethods(IOptions<OpenInferenceOptions> options) : IServiceMethodProvider<InferenceService>
{
    /// <summary>The name of the method of inference.</summary>
    public const string Infer = "ModelInfer";

    private const string ServiceName = "inference.GRPCInferenceService";
    private readonly OpenInferenceLimits _limits = options.Value.Limits;

    private delegate T Reader<T>(in ReadOnlySequence<byte> message);

    public void OnServiceMethodDiscovery(ServiceMethodProviderContext<InferenceService> context)
    {
        Marshaller<Received<NameRequest>> names = Requests((in ReadOnlySequence<byte> message) => NameRequest.Read(message, _limits.MaxNameBytes));
        var messages = new Marshaller<WireMessage>(
            static (message, to) =>
            {
                to.SetPayloadLength(message.Length);
                to.GetBufferWriter().Write(message.Bytes);
                to.Complete();
            },
            static _ => throw new NotSupportedException());
        context.AddUnaryMethod(
            new Method<Received<InferRequest>, InferResult>(
                MethodType.Unary,
                ServiceName,
                Infer,
                Requests((in ReadOnlySequence<byte> message) => InferRequestReader.Read(message, _limits)),
                new Marshaller<InferResult>(InferResultWriter.Write, static _ => throw new NotSupportedException())),
            [],
            static (service, request, call) => service.InferAsync(request, call));
        Add("ServerLive", static (service, request, call) => service.LiveAsync(request, call));
        Add("ServerReady", static (service, request, call) => service.ReadyAsync(request, call));
        Add("ServerMetadata", static (service, request, call) => service.MetadataAsync(request, call));
        Add("ModelReady", static (service, request, call) => service.ModelReadyAsync(request, call));
        Add("ModelMetadata", static (service, request, call) => service.ModelMetadataAsync(request, call));
        Add("ModelStatistics", static (service, request, call) => service.StatisticsAsync(request, call));
        Add("RepositoryIndex", static (service, request, call) => service.IndexAsync(request, call));
        Add("RepositoryModelLoad", static (service, request, call) => service.LoadAsync(request, call));
        Add("RepositoryModelUnload", static (service, request, call) => service.UnloadAsync(request, call));

        void Add(string name, UnaryServerMethod<InferenceService, Received<NameRequest>, WireMessage> method) =>
            context.AddUnaryMethod(new Method<Received<NameRequest>, WireMessage>(MethodType.Unary, ServiceName, name, names, messages), [], method);
    }

    // A fault of a message is kept for the handler: what a deserializer throws is answered without its text.
    private static Marshaller<Received<T>> Requests<T>(Reader<T> read)
        where T : class => new(
            static (_, _) => throw new NotSupportedException(),
            context =>
            {
                ReadOnlySequence<byte> message = context.PayloadAsReadOnlySequence();
                try
                {
                    return new Received<T>(read(message), null, message.Length);
                }
                catch (RequestFault fault)
                {
                    return new Received<T>(null, fault, message.Length);
                }
                catch (InferenceException exception)
                {
                    // The memory that the tensors need is not there.
                    return new Received<T>(null, new RequestFault(FaultKind.Overloaded, exception.Message, exception), message.Length);
                }
            });
}
