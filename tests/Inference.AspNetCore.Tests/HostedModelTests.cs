using System.Net;
using System.Text.Json.Nodes;
using Grpc.Core;
using Inference.Diagnostics;
using Inference.Onnx;
using Inference.TestSupport;
using Inference.Versioning;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Metrics;

namespace Inference.AspNetCore.Tests;

/// <summary>Models of AddModel: versions, their aliases and labels, loading and unloading.</summary>
public sealed class HostedModelTests
{
    [Fact]
    public async Task Infer_Version_IsFoundByNameAndAlias()
    {
        using var folder = new TemporaryFolder();
        Publish(folder.Path, "1.9", 9);
        Publish(folder.Path, "1.10", 10);
        await using Served served = await Served.StartAsync(services => services
            .AddModel("scaled", o => o.Source = ModelSource.Directory(folder.Path))
            .UseVersioning(o => o.Labels["old"] = "1.9"));
        Assert.Equal(("1.10", 10), await InferAsync("v2/models/scaled/infer"));
        Assert.Equal(("1.9", 9), await InferAsync("v2/models/scaled/versions/1.9/infer"));
        Assert.Equal(("1.9", 9), await InferAsync("v2/models/scaled/versions/old/infer"));
        Assert.Equal(("1.9", 9), await InferAsync("v2/models/scaled/versions/1009000/infer"));
        Assert.Equal(("1.10", 10), await InferAsync("v2/models/scaled/versions/1010000/infer"));
        Assert.Equal(HttpStatusCode.NotFound, (await served.PostAsync("v2/models/scaled/versions/2/infer", Row)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await served.Http.GetAsync("v2/models/scaled/versions/2/ready")).StatusCode);
        Assert.Equal("""["1.10","1.9"]""", (await Served.JsonAsync(await served.Http.GetAsync("v2/models/scaled")))["versions"]!.ToJsonString());
        Assert.Equal("1010000=1.10 1009000=1.9", (string?)(await Served.JsonAsync(await served.Http.GetAsync("v2/models/scaled")))["properties"]!["version_aliases"]);
        Assert.Equal("1010000=1.10 1009000=1.9", (await served.Grpc.ModelMetadataAsync(new() { Name = "scaled" })).Properties["version_aliases"]);
        JsonNode stats = await Served.JsonAsync(await served.Http.GetAsync("v2/models/scaled/versions/1.9/stats"));
        Assert.Equal(3, (int)stats["model_stats"]![0]!["inference_stats"]!["success"]!["count"]!);

        async Task<(string? Version, float Value)> InferAsync(string path)
        {
            JsonNode json = await Served.JsonAsync(await served.PostAsync(path, Row));
            return ((string?)json["model_version"], (float)json["outputs"]![0]!["data"]![0]!);
        }
    }

    [Fact]
    public async Task Unload_HostedModel_FreesItAndLoadBringsItBack()
    {
        using var folder = new TemporaryFolder();
        string file = Path.Combine(folder.Path, "model.onnx");
        File.WriteAllBytes(file, Model(3));
        await using Served served = await Served.StartAsync(
            services =>
            {
                services.AddModel("scaled", o => o.Source = ModelSource.File(file));
                services.AddAuthorizationBuilder().AddPolicy("all", p => p.RequireAssertion(_ => true));
            },
            o => o.Policies.Admin = "all");
        IModelRunner runner = served.Services.GetRequiredKeyedService<IModelRunner>("scaled");
        Assert.Equal(HttpStatusCode.OK, (await served.PostAsync("v2/models/scaled/infer", Row)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await served.PostAsync("v2/repository/models/scaled/unload", "{}")).StatusCode);
        Assert.False(runner.GetService<ILoadableRunner>()!.IsLoaded);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await served.PostAsync("v2/models/scaled/infer", Row)).StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await served.Http.GetAsync("v2/models/scaled/ready")).StatusCode);
        Assert.Equal("""[{"name":"scaled","state":"UNAVAILABLE","reason":"Model 'scaled' was unloaded."}]""", await (await served.PostAsync("v2/repository/index", "")).Content.ReadAsStringAsync());
        Assert.Equal("[]", await (await served.PostAsync("v2/repository/index", """{"ready":true}""")).Content.ReadAsStringAsync());
        Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<RpcException>(async () => await served.Grpc.ModelMetadataAsync(new() { Name = "scaled" }))).StatusCode);
        await served.Grpc.RepositoryModelLoadAsync(new() { ModelName = "scaled" });
        Assert.Equal(HttpStatusCode.OK, (await served.PostAsync("v2/models/scaled/infer", Row)).StatusCode);
    }

    [Fact]
    public async Task Unload_UnderLoad_AnswersOrRefusesEveryCall()
    {
        using var folder = new TemporaryFolder();
        string file = Path.Combine(folder.Path, "model.onnx");
        File.WriteAllBytes(file, Model(3));
        await using Served served = await Served.StartAsync(
            services =>
            {
                services.AddModel("scaled", o => o.Source = ModelSource.File(file));
                services.AddAuthorizationBuilder().AddPolicy("all", p => p.RequireAssertion(_ => true));
            },
            o => o.Policies.Admin = "all");
        using var stop = new CancellationTokenSource();
        Task[] callers = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                HttpResponseMessage response = await served.PostAsync("v2/models/scaled/infer", Row);
                Assert.True(response.StatusCode is HttpStatusCode.OK or HttpStatusCode.ServiceUnavailable, await response.Content.ReadAsStringAsync());
            }
        }))];
        for (int i = 0; i < 20; i++)
        {
            Assert.Equal(HttpStatusCode.OK, (await served.PostAsync("v2/repository/models/scaled/unload", "")).StatusCode);
            Assert.Equal(HttpStatusCode.OK, (await served.PostAsync("v2/repository/models/scaled/load", "")).StatusCode);
        }

        await stop.CancelAsync();
        await Task.WhenAll(callers);
        Assert.Equal(HttpStatusCode.OK, (await served.PostAsync("v2/models/scaled/infer", Row)).StatusCode);
    }

    [Fact]
    public async Task Ready_ModelThatCannotBeLoaded_NamesItsFileToOperatorsAlone()
    {
        using var folder = new TemporaryFolder();
        string file = Path.Combine(folder.Path, "secret-place.onnx");
        await using Served served = await Served.StartAsync(
            services =>
            {
                services.AddModel("broken", o =>
                {
                    o.Source = ModelSource.File(file);
                    o.LoadInBackground = true;
                });
                services.AddAuthorizationBuilder().AddPolicy("all", p => p.RequireAssertion(_ => true));
            },
            o => o.Policies.Admin = "all");
        IModelRunner runner = served.Services.GetRequiredKeyedService<IModelRunner>("broken");
        await Eventually.TrueAsync(() => runner.GetService<IModelStatus>()!.State == ModelState.Failed);
        foreach (string path in (string[])["v2/health/ready", "v2/models/broken/ready", "v2/models/broken"])
        {
            HttpResponseMessage response = await served.Http.GetAsync(path);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
            Assert.DoesNotContain("secret-place", await response.Content.ReadAsStringAsync());
        }

        Assert.DoesNotContain("broken", await (await served.Http.GetAsync("v2/health/ready")).Content.ReadAsStringAsync());
        Assert.DoesNotContain("secret-place", await (await served.PostAsync("v2/models/broken/infer", Row)).Content.ReadAsStringAsync());
        Assert.Contains("secret-place", await (await served.PostAsync("v2/repository/index", "")).Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Metrics_ScrapedByPrometheus_CountTheCalls()
    {
        using var folder = new TemporaryFolder();
        string file = Path.Combine(folder.Path, "model.onnx");
        File.WriteAllBytes(file, Model(3));
        await using Served served = await Served.StartAsync(
            services =>
            {
                services.AddModel("scaled", o => o.Source = ModelSource.File(file));
                services.AddOpenTelemetry().WithMetrics(m => m.AddMeter(InferenceDiagnostics.MeterName).AddPrometheusExporter());
            },
            map: app => app.MapPrometheusScrapingEndpoint());
        await served.PostAsync("v2/models/scaled/infer", Row);
        string text = await served.Http.GetStringAsync("metrics");
        Assert.Contains("inference_run_duration_seconds_count", text);
        Assert.Contains("inference_model=\"scaled\"", text);
    }

    private const string Row = """{"inputs":[{"name":"x","shape":[1],"datatype":"FP32","data":[1]}]}""";

    private static void Publish(string root, string version, float factor)
    {
        Directory.CreateDirectory(Path.Combine(root, version));
        File.WriteAllBytes(Path.Combine(root, version, "model.onnx"), Model(factor));
    }

    private static byte[] Model(float factor)
    {
        using var model = new OnnxModel { IrVersion = 8 };
        model.OperatorSets.Add(new OnnxOperatorSet("", 17));
        model.Graph.Name = "scaled";
        model.Graph.Inputs.Add(new("x", OnnxType.Tensor(OnnxElementType.Float32, "rows")));
        model.Graph.Outputs.Add(new("y", OnnxType.Tensor(OnnxElementType.Float32, "rows")));
        model.Graph.Initializers.Add(OnnxTensor.Create<float>("f", [factor], 1));
        model.Graph.Nodes.Add(new OnnxNode("Mul", ["x", "f"], ["y"]));
        return model.ToArray();
    }
}
