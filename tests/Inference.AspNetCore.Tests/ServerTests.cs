using System.Diagnostics;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Grpc.Core;
using Inference.Diagnostics;
using Inference.Feedback;
using Inference.TestSupport;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using OpenInference.V2;

namespace Inference.AspNetCore.Tests;

public sealed class ServerTests
{
    private const string OneRow = """{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[5,1,2,3]}]}""";

    [Fact]
    public async Task Metadata_OfServerAndModel_IsTheProtocols()
    {
        await using Served served = await Served.StartAsync(new FakeRunner(), o => o.ServerName = "triton");
        JsonNode server = await Served.JsonAsync(await served.Http.GetAsync("v2"));
        Assert.Equal("triton", (string?)server["name"]);
        Assert.Contains("binary_tensor_data", server["extensions"]!.AsArray().Select(e => (string?)e));
        JsonNode model = await Served.JsonAsync(await served.Http.GetAsync("v2/models/fake"));
        Assert.Equal("""[{"name":"x","datatype":"FP32","shape":[-1,4]}]""", model["inputs"]!.ToJsonString());
        Assert.Equal("""[{"name":"y","datatype":"FP32","shape":[-1,2]}]""", model["outputs"]!.ToJsonString());
        Assert.True((bool)(await Served.JsonAsync(await served.Http.GetAsync("v2/health/live")))["live"]!);
        Assert.True((bool)(await Served.JsonAsync(await served.Http.GetAsync("v2/health/ready")))["ready"]!);
        Assert.True((bool)(await Served.JsonAsync(await served.Http.GetAsync("v2/models/fake/ready")))["ready"]!);
        Assert.Equal("triton", (await served.Grpc.ServerMetadataAsync(new())).Name);
        Assert.True((await served.Grpc.ServerLiveAsync(new())).Live);
        Assert.True((await served.Grpc.ServerReadyAsync(new())).Ready);
        Assert.True((await served.Grpc.ModelReadyAsync(new() { Name = "fake" })).Ready);
        ModelMetadataResponse metadata = await served.Grpc.ModelMetadataAsync(new() { Name = "fake" });
        Assert.Equal([-1, 4], metadata.Inputs.Single().Shape);
        Assert.Equal("FP32", metadata.Outputs.Single().Datatype);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    public async Task Infer_Compressed_IsReadAndAnsweredCompressed(string coding)
    {
        await using Served served = await Served.StartAsync(new FakeRunner());
        var packed = new MemoryStream();
        await using (Stream encoder = coding == "gzip" ? new GZipStream(packed, CompressionLevel.Fastest, true) : new ZLibStream(packed, CompressionLevel.Fastest, true))
        {
            encoder.Write(Encoding.UTF8.GetBytes(OneRow));
        }

        var request = new HttpRequestMessage(HttpMethod.Post, "v2/models/fake/infer") { Content = new ByteArrayContent(packed.ToArray()) };
        request.Content.Headers.ContentEncoding.Add(coding);
        request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue(coding));
        HttpResponseMessage response = await served.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(coding, response.Content.Headers.ContentEncoding.Single());
        Stream body = await response.Content.ReadAsStreamAsync();
        JsonNode json = JsonNode.Parse(coding == "gzip" ? new GZipStream(body, CompressionMode.Decompress) : new ZLibStream(body, CompressionMode.Decompress))!;
        Assert.Equal(FakeModel.Expected(5), json["outputs"]![0]!["data"]!.AsArray().Select(v => (float)v!));
    }

    [Fact]
    public async Task Infer_CompressedBodyThatExpandsBeyondTheLimit_Is413()
    {
        var runner = new FakeRunner();
        await using Served served = await Served.StartAsync(runner, o => o.Limits.MaxBodyBytes = 1 << 20);
        var packed = new MemoryStream();
        await using (var encoder = new GZipStream(packed, CompressionLevel.Fastest, true))
        {
            encoder.Write(Encoding.UTF8.GetBytes(OneRow[..^1]));
            encoder.Write(Enumerable.Repeat((byte)' ', 50 << 20).ToArray());
        }

        var content = new ByteArrayContent(packed.ToArray());
        content.Headers.ContentEncoding.Add("gzip");
        HttpResponseMessage response = await served.Http.PostAsync("v2/models/fake/infer", content);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.Equal(0, runner.Calls);
    }

    [Fact]
    public async Task Infer_LargerThanTheLimit_Is413()
    {
        await using Served served = await Served.StartAsync(new FakeRunner(), o => o.Limits.MaxBodyBytes = 4096);
        HttpResponseMessage response = await served.PostAsync("v2/models/fake/infer", OneRow + new string(' ', 5000));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.NotNull((await Served.JsonAsync(response))["error"]);
    }

    [Theory]
    [InlineData(typeof(InvalidInputException), HttpStatusCode.BadRequest, StatusCode.InvalidArgument)]
    [InlineData(typeof(OverloadedException), HttpStatusCode.TooManyRequests, StatusCode.ResourceExhausted)]
    [InlineData(typeof(DeadlineExceededException), HttpStatusCode.GatewayTimeout, StatusCode.DeadlineExceeded)]
    [InlineData(typeof(ModelRunException), HttpStatusCode.InternalServerError, StatusCode.Internal)]
    [InlineData(typeof(ArithmeticException), HttpStatusCode.InternalServerError, StatusCode.Internal)]
    [InlineData(typeof(ObjectDisposedException), HttpStatusCode.ServiceUnavailable, StatusCode.Unavailable)]
    public async Task Infer_RunnerThatThrows_IsAnsweredByKind(Type type, HttpStatusCode http, StatusCode grpc)
    {
        await using Served served = await Served.StartAsync(new FakeRunner { Fail = _ => (Exception)Activator.CreateInstance(type, "secret")! }, o => o.RetryAfter = TimeSpan.FromSeconds(2.5));
        HttpResponseMessage response = await served.PostAsync("v2/models/fake/infer", OneRow);
        Assert.Equal(http, response.StatusCode);
        string error = (string)(await Served.JsonAsync(response))["error"]!;
        Assert.Equal(type.IsSubclassOf(typeof(InferenceException)), error.Contains("secret"));
        Assert.Equal(http is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable ? "3" : null, response.Headers.RetryAfter?.ToString());
        RpcException exception = await Assert.ThrowsAsync<RpcException>(async () => await served.Grpc.ModelInferAsync(Request()));
        Assert.Equal(grpc, exception.StatusCode);
        Assert.Equal(grpc is StatusCode.ResourceExhausted or StatusCode.Unavailable ? "2500" : null, exception.Trailers.GetValue("grpc-retry-pushback-ms"));
    }

    [Fact]
    public async Task Infer_SettingsOfTheCall_ComeFromHeadersAndParameters()
    {
        var runner = new FakeRunner();
        await using Served served = await Served.StartAsync(runner, o =>
        {
            o.RoutingKeyHeader = "X-User";
            o.TenantHeader = "X-Tenant";
            o.MaxTimeout = TimeSpan.FromMinutes(1);
        });
        var request = new HttpRequestMessage(HttpMethod.Post, "v2/models/fake/infer") { Content = new StringContent(OneRow[..^1] + ""","parameters":{"priority":1,"timeout":5000000}}""") };
        request.Headers.Add("X-User", "u7");
        request.Headers.Add("X-Tenant", "acme");
        DateTimeOffset before = DateTimeOffset.UtcNow;
        Assert.Equal(HttpStatusCode.OK, (await served.Http.SendAsync(request)).StatusCode);
        RunContext context = runner.Contexts.Single()!;
        Assert.Equal(("u7", "acme", RunPriority.High), (context.RoutingKey, context.Tenant, context.Priority));
        Assert.InRange(context.Deadline!.Value, before.AddSeconds(4), DateTimeOffset.UtcNow.AddSeconds(6));
        await served.Grpc.ModelInferAsync(Request(), deadline: DateTime.UtcNow.AddHours(3));
        Assert.InRange(runner.Contexts.Last()!.Deadline!.Value, before.AddSeconds(30), DateTimeOffset.UtcNow.AddSeconds(61));
    }

    [Fact]
    public async Task From_HttpContext_MakesTheContextOfTheCall()
    {
        await using Served served = await Served.StartAsync(
            services => services.AddKeyedSingleton<IModelRunner>("fake", new FakeRunner()),
            o => o.RoutingKeyHeader = "X-User",
            app => app.MapGet("/context", (HttpContext http) => $"{RunContext.From(http).RoutingKey} {RunContext.From(http).Deadline > DateTimeOffset.UtcNow}"));
        var request = new HttpRequestMessage(HttpMethod.Get, "context");
        request.Headers.Add("X-User", "u7");
        request.Headers.Add("Inference-Timeout-Ms", "60000");
        Assert.Equal("u7 True", await (await served.Http.SendAsync(request)).Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Infer_Traced_ContinuesTheCallersTrace()
    {
        var seen = new List<string>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == InferenceDiagnostics.ActivitySourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity => seen.Add(activity.TraceId.ToString()),
        };
        ActivitySource.AddActivityListener(listener);
        await using Served served = await Served.StartAsync(new FakeRunner { Services = { [typeof(IFeedback)] = new Reports() } });
        var request = new HttpRequestMessage(HttpMethod.Post, "v2/models/fake/infer") { Content = new StringContent(OneRow) };
        request.Headers.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        await served.Http.SendAsync(request);
        Assert.Contains("0af7651916cd43dd8448eb211c80319c", seen);
    }

    [Fact]
    public async Task Classification_OfAnOutput_AnswersValueAndIndex()
    {
        await using Served served = await Served.StartAsync(new FakeRunner());
        HttpResponseMessage response = await served.PostAsync("v2/models/fake/infer", OneRow[..^1] + ""","outputs":[{"name":"y","parameters":{"classification":2}}]}""");
        JsonNode output = (await Served.JsonAsync(response))["outputs"]![0]!;
        Assert.Equal("BYTES", (string?)output["datatype"]);
        Assert.Equal("[1,2]", output["shape"]!.ToJsonString());
        Assert.Equal("""["11:0","11:1"]""", output["data"]!.ToJsonString());
    }

    [Fact]
    public async Task Statistics_OfCalls_CountThem()
    {
        await using Served served = await Served.StartAsync(new FakeRunner());
        await served.PostAsync("v2/models/fake/infer", """{"inputs":[{"name":"x","shape":[2,4],"datatype":"FP32","data":[5,1,2,3,6,1,2,3]}]}""");
        JsonNode entry = (await Served.JsonAsync(await served.Http.GetAsync("v2/models/fake/stats")))["model_stats"]![0]!;
        Assert.Equal((2, 1), ((int)entry["inference_count"]!, (int)entry["execution_count"]!));
        Assert.Equal(1, (int)entry["inference_stats"]!["success"]!["count"]!);
        Assert.Equal(2ul, (await served.Grpc.ModelStatisticsAsync(new())).ModelStats.Single().InferenceCount);
        Assert.Equal(HttpStatusCode.OK, (await served.Http.GetAsync("v2/models/stats")).StatusCode);
    }

    [Fact]
    public async Task Feedback_OfAPrediction_IsTaken()
    {
        var reports = new Reports();
        await using Served served = await Served.StartAsync(new FakeRunner { Services = { [typeof(IFeedback)] = reports } });
        JsonNode answer = await Served.JsonAsync(await served.PostAsync("v2/models/fake/infer", OneRow));
        string id = (string)answer["parameters"]!["prediction_id"]!;
        Assert.Equal(id.Length, (await served.Grpc.ModelInferAsync(Request())).Parameters["prediction_id"].StringParam.Length);
        HttpResponseMessage response = await served.PostAsync("v2/models/fake/feedback", $$"""{"reports":[{"prediction_id":"{{id}}","value":1},{"prediction_id":"{{id}}","name":"why","value":"late","row":1,"at":"2026-01-31T00:00:00Z"}]}""");
        Assert.Equal("""{"answers":["accepted","duplicate"]}""", await response.Content.ReadAsStringAsync());
        Assert.Equal([new FeedbackReport(Guid.Parse(id), 1.0), new FeedbackReport(Guid.Parse(id), "late") { Name = "why", Row = 1, At = DateTimeOffset.Parse("2026-01-31T00:00:00Z") }], reports.Taken);
        Assert.Equal(HttpStatusCode.OK, (await served.PostAsync("v2/models/fake/feedback", $$"""{"prediction_id":"{{id}}","value":true}""")).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await served.PostAsync("v2/models/fake/feedback", """{"prediction_id":"x","value":1}""")).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await served.PostAsync("v2/models/fake/feedback", "[5]")).StatusCode);
    }

    [Fact]
    public async Task Feedback_WhereNobodyTakesIt_Is501()
    {
        await using Served served = await Served.StartAsync(new FakeRunner());
        Assert.Equal(HttpStatusCode.NotImplemented, (await served.PostAsync("v2/models/fake/feedback", $$"""{"prediction_id":"{{Guid.NewGuid()}}","value":true}""")).StatusCode);
    }

    [Fact]
    public async Task Repository_WithoutAdminPolicy_IsNotOffered()
    {
        await using Served served = await Served.StartAsync(new FakeRunner());
        foreach (string path in (string[])["v2/repository/index", "v2/repository/models/fake/load", "v2/repository/models/fake/unload"])
        {
            Assert.Equal(HttpStatusCode.NotImplemented, (await served.PostAsync(path, "")).StatusCode);
        }

        Assert.Equal(StatusCode.Unimplemented, (await Assert.ThrowsAsync<RpcException>(async () => await served.Grpc.RepositoryModelUnloadAsync(new() { ModelName = "fake" }))).StatusCode);
    }

    [Fact]
    public async Task Access_ByGroupAndModel_AsksForKeys()
    {
        await using Served served = await Served.StartAsync(
            services =>
            {
                services.AddKeyedSingleton<IModelRunner>("fake", new FakeRunner());
                services.AddKeyedSingleton<IModelRunner>("open", new FakeRunner());
                services.AddAuthentication().AddApiKeys(o =>
                {
                    o.Keys.Add(new ApiKey { Name = "user", Sha256 = ApiKey.Hash("key-of-user") });
                    o.Keys.Add(new ApiKey { Name = "root", Sha256 = ApiKey.Hash("key-of-root"), Roles = { "admin" } });
                });
                services.AddAuthorizationBuilder()
                    .AddPolicy("known", p => p.AddAuthenticationSchemes(ApiKeyOptions.DefaultScheme).RequireAuthenticatedUser())
                    .AddPolicy("admins", p => p.AddAuthenticationSchemes(ApiKeyOptions.DefaultScheme).RequireRole("admin"))
                    .AddPolicy("all", p => p.RequireAssertion(_ => true));
            },
            o =>
            {
                o.Policies.Infer = "known";
                o.Policies.Admin = "admins";
                o.ModelPolicies["open"] = new OpenInferencePolicies { Infer = "all", Statistics = "known", Metadata = "known" };
            });

        // Lists leave out the models that their own policies hide.
        Assert.DoesNotContain("open", (await Served.JsonAsync(await served.Http.GetAsync("v2/models/stats"))).ToJsonString(), StringComparison.Ordinal);
        Assert.DoesNotContain("/v2/models/open", await served.Http.GetStringAsync("v2/openapi.json"), StringComparison.Ordinal);
        HttpResponseMessage unknown = await Post("v2/models/fake/infer", null);
        Assert.Equal(HttpStatusCode.Unauthorized, unknown.StatusCode);
        Assert.NotEmpty(unknown.Headers.WwwAuthenticate);
        Assert.NotNull((await Served.JsonAsync(unknown))["error"]);
        Assert.Equal(HttpStatusCode.Unauthorized, (await Post("v2/models/fake/infer", "wrong")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await Post("v2/models/fake/infer", "key-of-user")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await Post("v2/models/open/infer", null)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await Post("v2/repository/index", null)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await Post("v2/repository/index", "key-of-user")).StatusCode);
        HttpResponseMessage index = await Post("v2/repository/index", "key-of-root");
        Assert.Equal("""[{"name":"fake","state":"READY"},{"name":"open","state":"READY"}]""", await index.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.OK, (await Post("v2/repository/models/open/unload", "key-of-root")).StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await Post("v2/models/open/infer", null)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await served.Http.GetAsync("v2/health/ready")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await Post("v2/repository/models/open/load", "key-of-root")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await Post("v2/models/open/infer", null)).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await Post("v2/repository/models/open/load", "key-of-root", """{"parameters":{"file:1/model.onnx":"AA=="}}""")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await Post("v2/repository/models/..%2f..%2fetc/load", "key-of-root", "")).StatusCode);
        Assert.Equal(StatusCode.Unauthenticated, (await Assert.ThrowsAsync<RpcException>(async () => await served.Grpc.ModelInferAsync(Request()))).StatusCode);
        Assert.Equal("fake", (await served.Grpc.ModelInferAsync(Request(), new Metadata { { "x-api-key", "key-of-user" } })).ModelName);
        Assert.Equal("fake", (await served.Grpc.ModelInferAsync(Request(), new Metadata { { "authorization", "Bearer key-of-user" } })).ModelName);
        Assert.Equal(StatusCode.PermissionDenied, (await Assert.ThrowsAsync<RpcException>(async () => await served.Grpc.RepositoryIndexAsync(new(), new Metadata { { "x-api-key", "key-of-user" } }))).StatusCode);
        Assert.Equal(2, (await served.Grpc.RepositoryIndexAsync(new(), new Metadata { { "x-api-key", "key-of-root" } })).Models.Count);

        Task<HttpResponseMessage> Post(string path, string? key, string body = OneRow)
        {
            var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(path.Contains("repository", StringComparison.Ordinal) && body == OneRow ? "" : body) };
            if (key is not null)
            {
                request.Headers.Add("X-Api-Key", key);
            }

            return served.Http.SendAsync(request);
        }
    }

    [Fact]
    public async Task OpenApi_Document_NamesPathsAndModels()
    {
        await using Served served = await Served.StartAsync(new FakeRunner());
        JsonNode json = await Served.JsonAsync(await served.Http.GetAsync("v2/openapi.json"));
        Assert.Equal("3.1.0", (string?)json["openapi"]);
        Assert.Contains("x FP32[-1,4]", (string)json["paths"]!["/v2/models/fake/infer"]!["post"]!["summary"]!);
        Assert.NotNull(json["components"]!["schemas"]!["InferRequest"]);
        Assert.Null(json["paths"]!["/v2/repository/index"]);
    }

    [Fact]
    public async Task Map_PolicyThatDoesNotExist_FailsTheStart()
    {
        InferenceException exception = await Assert.ThrowsAsync<InferenceException>(() => Served.StartAsync(new FakeRunner(), o => o.Policies.Infer = "nobody"));
        Assert.Contains("'nobody'", exception.Message);
    }

    private static ModelInferRequest Request() => new()
    {
        ModelName = "fake",
        Inputs = { new ModelInferRequest.Types.InferInputTensor { Name = "x", Datatype = "FP32", Shape = { 1, 4 }, Contents = new InferTensorContents { Fp32Contents = { 5, 1, 2, 3 } } } },
    };

    private sealed class Reports : IFeedback
    {
        public List<FeedbackReport> Taken { get; } = [];

        public string ModelName => "fake";

        public ValueTask<FeedbackAnswer> ReportAsync(FeedbackReport report, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public ValueTask<IReadOnlyList<FeedbackAnswer>> ReportAsync(IReadOnlyList<FeedbackReport> reports, CancellationToken cancellationToken = default)
        {
            Taken.AddRange(reports);
            return new([.. reports.Select((_, i) => i == 0 ? FeedbackAnswer.Accepted : FeedbackAnswer.Duplicate)]);
        }
    }
}
