using System.Net;
using System.Text;
using Grpc.Core;
using Inference.TestSupport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OpenInference.V2;

namespace Inference.AspNetCore.Tests;

public sealed class ConfigurationTests
{
    private const string OneRow = """{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[5,1,2,3]}]}""";

    [Fact]
    public async Task Server_FromConfigurationAlone_AsksForItsKeys()
    {
        IConfigurationRoot configuration = Json($$"""
            {
              "Server": { "ServerName": "shop", "MaxTimeout": "00:00:05", "Limits": { "MaxBodyBytes": 4096 }, "Policies": { "Infer": "callers" }, "ModelPolicies": { "open": { "Infer": "all" } } },
              "Keys": { "Keys": [ { "Name": "web", "Sha256": "{{ApiKey.Hash("secret")}}", "Roles": [ "caller" ] } ] }
            }
            """);
        await using Served served = await Served.StartAsync(services =>
        {
            services.AddKeyedSingleton<IModelRunner>("fake", new FakeRunner());
            services.AddKeyedSingleton<IModelRunner>("open", new FakeRunner());
            services.AddOpenInference(configuration.GetSection("Server"));
            services.AddAuthentication().AddApiKeys(configuration.GetSection("Keys"));
            services.AddAuthorizationBuilder()
                .AddPolicy("callers", p => p.AddAuthenticationSchemes(ApiKeyOptions.DefaultScheme).RequireRole("caller"))
                .AddPolicy("all", p => p.RequireAssertion(_ => true));
        });
        OpenInferenceOptions options = served.Services.GetRequiredService<IOptions<OpenInferenceOptions>>().Value;
        Assert.Equal(("shop", TimeSpan.FromSeconds(5), 4096), (options.ServerName, options.MaxTimeout, options.Limits.MaxBodyBytes));
        Assert.Equal(HttpStatusCode.Unauthorized, (await served.PostAsync("v2/models/fake/infer", OneRow)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await served.PostAsync("v2/models/open/infer", OneRow)).StatusCode);
        served.Http.DefaultRequestHeaders.Add("X-Api-Key", "secret");
        Assert.Equal(HttpStatusCode.OK, (await served.PostAsync("v2/models/fake/infer", OneRow)).StatusCode);
    }

    [Theory]
    [InlineData("""{"Server":{"ServerNam":"x"}}""", "ServerNam")]
    [InlineData("""{"Server":{"Limits":{"MaxBody":5}}}""", "MaxBody")]
    [InlineData("""{"Server":{"Limits":{"MaxBodyBytes":"many"}}}""", "MaxBodyBytes")]
    [InlineData("""{"Server":{"Policies":{"Infer":{"a":"b"}}}}""", "Infer")]
    public void AddOpenInference_WrongKeys_AreRefusedByPath(string json, string path)
    {
        ModelConfigurationException exception = Assert.Throws<ModelConfigurationException>(() => new ServiceCollection().AddOpenInference(Json(json).GetSection("Server")));
        Assert.Contains(path, exception.Message);
    }

    [Theory]
    [InlineData(512)]
    [InlineData(0)]
    public async Task Limits_OutOfRange_FailTheStart(int bytes) =>
        await Assert.ThrowsAsync<OptionsValidationException>(() => Served.StartAsync(new FakeRunner(), o => o.Limits.MaxBodyBytes = bytes));

    [Fact]
    public async Task Models_ThatAreNotRegistered_FailTheStart()
    {
        InferenceException exception = await Assert.ThrowsAsync<InferenceException>(() => Served.StartAsync(new FakeRunner(), o => o.Models.Add("none")));
        Assert.Contains("'none'", exception.Message);
    }

    [Fact]
    public async Task Models_Chosen_AreServedAlone()
    {
        await using Served served = await Served.StartAsync(
            services =>
            {
                services.AddKeyedSingleton<IModelRunner>("fake", new FakeRunner());
                services.AddKeyedSingleton<IModelRunner>("hidden", new FakeRunner());
            },
            o => o.Models.Add("fake"));
        Assert.Equal(HttpStatusCode.NotFound, (await served.PostAsync("v2/models/hidden/infer", OneRow)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await served.PostAsync("v2/models/fake/infer", OneRow)).StatusCode);
    }

    [Fact]
    public async Task Infer_InTheTestHost_IsAnswered()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseTestServer();
        builder.Services.AddKeyedSingleton<IModelRunner>("fake", new FakeRunner());
        builder.Services.AddOpenInference();
        await using WebApplication app = builder.Build();
        app.MapOpenInference();
        await app.StartAsync();
        using HttpClient client = app.GetTestClient();
        HttpResponseMessage response = await client.PostAsync("v2/models/fake/infer", new StringContent(OneRow, Encoding.UTF8, "application/json"));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains("\"y\"", await response.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.BadRequest, (await client.PostAsync("v2/models/fake/infer", new StringContent("{"))).StatusCode);
    }

    [Fact]
    public async Task Grpc_UnknownCaller_IsRefusedBeforeTheMessageIsRead()
    {
        await using Served served = await Served.StartAsync(
            services =>
            {
                services.AddKeyedSingleton<IModelRunner>("fake", new FakeRunner());
                services.AddAuthentication().AddApiKeys(o => o.Keys.Add(new ApiKey { Name = "a", Sha256 = ApiKey.Hash("b") }));
                services.AddAuthorizationBuilder().AddPolicy("known", p => p.AddAuthenticationSchemes(ApiKeyOptions.DefaultScheme).RequireAuthenticatedUser()).AddPolicy("nobody", p => p.RequireAssertion(_ => false));
            },
            o => o.Policies.Infer = "known");
        using var raw = new RawGrpc(served.GrpcAddress);
        // Not a message: only one that is not read is refused for its caller.
        RpcException exception = await Assert.ThrowsAsync<RpcException>(() => raw.InferAsync(new byte[1 << 20]));
        Assert.Equal(StatusCode.Unauthenticated, exception.StatusCode);
        Assert.Equal("The caller is not known: send credentials.", exception.Status.Detail);
        exception = await Assert.ThrowsAsync<RpcException>(() => raw.InferAsync([0], new CallOptions(new Metadata { { "x-api-key", "b" } })));
        Assert.Equal(StatusCode.InvalidArgument, exception.StatusCode);
    }

    [Fact]
    public async Task Rest_ChunkedBodyThatDeclaresMoreThanTheServerHolds_IsRefusedBeforeItsMemoryIsAllocated()
    {
        await using Served served = await Served.StartAsync(new FakeRunner(), o => o.Limits.MaxBytesInFlight = 1 << 20);
        string json = """{"inputs":[{"name":"x","shape":[1000000,4],"datatype":"FP32","parameters":{"binary_data_size":16000000}}]}""";
        var request = new HttpRequestMessage(HttpMethod.Post, "v2/models/fake/infer") { Content = new StringContent(json) };
        request.Headers.TransferEncodingChunked = true;
        request.Headers.Add("Inference-Header-Content-Length", $"{json.Length}");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await served.Http.SendAsync(request)).StatusCode);
        Assert.Equal(0, served.BytesInFlight);
    }

    private static IConfigurationRoot Json(string json) => new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(json))).Build();
}
