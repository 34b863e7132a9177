using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Wire = OpenInference.V2;

namespace Inference.AspNetCore.Tests;

/// <summary>A server on free ports of the loopback, with a client of REST and one of gRPC.</summary>
public sealed class Served : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly GrpcChannel _channel;

    private Served(WebApplication app)
    {
        _app = app;
        string[] addresses = [.. app.Services.GetRequiredService<Microsoft.AspNetCore.Hosting.Server.IServer>().Features.Get<IServerAddressesFeature>()!.Addresses];
        RestAddress = new Uri(addresses[0]);
        GrpcAddress = new Uri(addresses[1]);
        Http = new HttpClient { BaseAddress = RestAddress };
        _channel = GrpcChannel.ForAddress(GrpcAddress, new GrpcChannelOptions { MaxReceiveMessageSize = null, MaxSendMessageSize = null });
        Grpc = new Wire.GRPCInferenceService.GRPCInferenceServiceClient(_channel);
    }

    public Uri RestAddress { get; }

    public Uri GrpcAddress { get; }

    public HttpClient Http { get; }

    internal Wire.GRPCInferenceService.GRPCInferenceServiceClient Grpc { get; }

    /// <summary>The bytes of bodies that the server holds.</summary>
    public long BytesInFlight => _app.Services.GetRequiredService<Calls.BodyBudget>().Taken;

    public IServiceProvider Services => _app.Services;

    /// <summary>Starts a server.</summary>
    /// <param name="configure">Registers models, and what else it needs.</param>
    /// <param name="options">Sets the server's options.</param>
    /// <param name="map">Maps what comes before the protocol; null for nothing.</param>
    public static async Task<Served> StartAsync(Action<IServiceCollection> configure, Action<OpenInferenceOptions>? options = null, Action<WebApplication>? map = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1);
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
        });
        builder.Services.AddOpenInference(options ?? (static _ => { }));
        configure(builder.Services);
        WebApplication app = builder.Build();
        map?.Invoke(app);
        app.MapOpenInference();
        await app.StartAsync();
        return new Served(app);
    }

    /// <summary>Starts a server of one runner, named <c>fake</c>.</summary>
    public static Task<Served> StartAsync(IModelRunner runner, Action<OpenInferenceOptions>? options = null) =>
        StartAsync(services => services.AddKeyedSingleton("fake", runner), options);

    /// <summary>Posts JSON.</summary>
    public Task<HttpResponseMessage> PostAsync(string path, string json) => Http.PostAsync(path, new StringContent(json, Encoding.UTF8, "application/json"));

    /// <summary>Posts JSON followed by raw bytes.</summary>
    public Task<HttpResponseMessage> PostAsync(string path, string json, byte[] binary, string? header = null)
    {
        byte[] text = Encoding.UTF8.GetBytes(json);
        var content = new ByteArrayContent([.. text, .. binary]);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content };
        request.Headers.TryAddWithoutValidation("Inference-Header-Content-Length", header ?? $"{text.Length}");
        return Http.SendAsync(request);
    }

    /// <summary>The JSON of a response.</summary>
    public static async Task<JsonNode> JsonAsync(HttpResponseMessage response) => JsonNode.Parse(await response.Content.ReadAsStringAsync())!;

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        _channel.Dispose();
        await _app.DisposeAsync();
    }
}
