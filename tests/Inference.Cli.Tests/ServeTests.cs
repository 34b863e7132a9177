using System.Net;
using Inference.Cli.Benchmarking;
using Inference.Cli.Serving;
using Inference.Remote;
using Inference.Security;
using Inference.TestSupport;
using Inference.Versioning;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using TestData = Inference.TestSupport.TestData;

namespace Inference.Cli.Tests;

public sealed class ServeTests
{
    private static readonly string[] s_models =
    [
        "adult_gbdt", "adult_wide_deep", "cifar_cnn", "forest_skl", "gtcrn_simple", "iris_mlp", "magika_v3", "mnist_lr_skl", "mnist_mlp", "mnist_mobile", "mnist_resnet", "ncf_movielens", "nnsplit_bilstm",
        "oww_classifier", "q_mnist_mlp_dyn", "q_mnist_mlp_qop", "silero_vad_v5", "spam_minilm_op11", "squeezenet_fp16", "wine_lgbm_tensor", "wine_xgb_tree",
    ];

    private static async Task<WebApplication> StartAsync(params IEnumerable<string> paths)
    {
        WebApplication app = ModelServer.Build(new ServeOptions(FoundModel.In(paths), new IPEndPoint(IPAddress.Loopback, 0), new IPEndPoint(IPAddress.Loopback, 0), [], null, "cpu", null, null, HasDashboard: false));
        await app.StartAsync();
        return app;
    }

    [SharedDataFact("models")]
    public async Task Serve_DefaultsAreSafe_TheKeyOpensTheRepository()
    {
        const string Key = "0123456789abcdef0123";
        await using WebApplication closed = await StartAsync(TestData.Path("models", "iris_mlp"));
        using var client = new HttpClient();
        Uri closedAt = Addresses(closed).Http;
        Assert.Equal(HttpStatusCode.NotImplemented, (await client.PostAsync(new Uri(closedAt, "v2/repository/index"), null)).StatusCode);
        using var foreign = new HttpRequestMessage(HttpMethod.Get, new Uri(closedAt, "v2")) { Headers = { Host = "evil.example" } };
        Assert.Equal(HttpStatusCode.BadRequest, (await client.SendAsync(foreign)).StatusCode);
        Assert.Contains("inference_run_duration", await MetricsAfterACallAsync(client, closed), StringComparison.Ordinal);

        await using WebApplication open = ModelServer.Build(new ServeOptions(FoundModel.In([TestData.Path("models", "iris_mlp")]), new IPEndPoint(IPAddress.Loopback, 0), new IPEndPoint(IPAddress.Loopback, 0), [], null, "cpu", null, Key, HasDashboard: true));
        await open.StartAsync();
        Uri openAt = Addresses(open).Http;
        Assert.Contains("<html", await client.GetStringAsync(openAt), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync(closedAt)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.PostAsync(new Uri(openAt, "v2/repository/index"), null)).StatusCode);
        using var allowed = new HttpRequestMessage(HttpMethod.Post, new Uri(openAt, "v2/repository/index")) { Headers = { { "X-Api-Key", Key } } };
        Assert.Contains("iris_mlp", await (await client.SendAsync(allowed)).Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    /// <summary>The key of <c>--key-file</c> opens models of paths, with and without versions; a key in the configuration opens its own model.</summary>
    [SharedDataFact("models")]
    public async Task Serve_EncryptedModels_AreOpenedByTheKey()
    {
        using var folder = new TemporaryFolder();
        string[] keyFiles = [.. new[] { "a.key", "b.key" }.Select(name => folder.File(name))];
        foreach (string file in keyFiles)
        {
            await File.WriteAllTextAsync(file, Convert.ToBase64String(System.Security.Cryptography.RandomNumberGenerator.GetBytes(32)));
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }
        }

        string plain = TestData.Path("models", "iris_mlp", "model.onnx");
        IModelKeyProvider keys = ModelKeys.FromFile(keyFiles[0]);
        foreach (string path in new[] { folder.File("iris", "model.onnx"), folder.File("versioned", "1", "model.onnx"), folder.File("own", "model.onnx") })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await ModelEncryption.EncryptAsync(plain, path, path.Contains("own", StringComparison.Ordinal) ? ModelKeys.FromFile(keyFiles[1]) : keys);
        }

        await File.WriteAllTextAsync(folder.File("serve.json"), $$"""{ "Models": { "own": { "Path": "{{folder.File("own")}}", "KeyFile": "{{keyFiles[1]}}", "Limits": { "MaxNodes": 1000 } } } }""");
        await using WebApplication app = ModelServer.Build(new ServeOptions(
            FoundModel.In([folder.File("iris"), folder.File("versioned")]), new IPEndPoint(IPAddress.Loopback, 0), new IPEndPoint(IPAddress.Loopback, 0), [], folder.File("serve.json"), "cpu", null, null, HasDashboard: false, keys));
        await app.StartAsync();
        using IModelRunner local = ModelRunner.Load(plain);
        using var inputs = new NamedValues { ["input"] = TensorValue.Copy<float>([5.1f, 3.5f, 1.4f, 0.2f], [1, 4]) };
        using NamedValues expected = local.Run(inputs);
        foreach (string name in new[] { "iris", "versioned", "own" })
        {
            await using RemoteModelRunner remote = await ConnectAsync(name, Addresses(app).Http, RemoteProtocol.Rest);
            using NamedValues actual = await remote.RunAsync(inputs);
            Same(name, expected, actual);
        }

        await using WebApplication without = ModelServer.Build(
            new ServeOptions(FoundModel.In([folder.File("iris")]), new IPEndPoint(IPAddress.Loopback, 0), new IPEndPoint(IPAddress.Loopback, 0), [], null, "cpu", null, null, HasDashboard: false));
        ModelLoadException error = await Assert.ThrowsAsync<ModelLoadException>(() => without.StartAsync());
        Assert.Contains("expected a key provider, got none", error.Message, StringComparison.Ordinal);
    }

    private static async Task<string> MetricsAfterACallAsync(HttpClient client, WebApplication app)
    {
        await using RemoteModelRunner remote = await ConnectAsync("iris_mlp", Addresses(app).Http, RemoteProtocol.Rest);
        (await remote.RunAsync(new NamedValues { ["input"] = TensorValue.Allocate(ElementType.Float32, [1, 4]) })).Dispose();
        return await client.GetStringAsync(new Uri(Addresses(app).Http, "metrics"));
    }

    private static (Uri Http, Uri Grpc) Addresses(WebApplication app)
    {
        string[] ready = ModelServer.ReadyLine(app).Split(' ');
        Assert.Equal("ready", ready[0]);
        return (new Uri(ready[1]), new Uri(ready[2].Replace("grpc://", "http://", StringComparison.Ordinal)));
    }

    private static async Task<RemoteModelRunner> ConnectAsync(string model, Uri address, RemoteProtocol protocol) => await RemoteModelRunner.ConnectAsync(model, o =>
    {
        o.Endpoints.Add(address);
        o.Protocol = protocol;
    });

    [SharedDataFact("models")]
    public async Task Serve_RealModels_AnswerTheSameBitsByRestGrpcAndInProcess()
    {
        await using WebApplication app = await StartAsync(s_models.Select(m => TestData.Path("models", m)));
        (Uri rest, Uri grpc) = Addresses(app);
        int compared = 0;
        foreach (string model in s_models)
        {
            using IModelRunner local = await ModelLoader.Default.LoadAsync(ModelSource.Directory(TestData.Path("models", model)), new ModelLoadOptions());
            using BenchInputs inputs = BenchInputs.Prepare(local.Info, new BenchOptions(TestData.Path("models", model), [], null, new Dictionary<string, long[]>(), 0, 1, 1, null));
            using NamedValues expected = local.Run(inputs.Values);
            foreach ((Uri address, RemoteProtocol protocol) in new[] { (rest, RemoteProtocol.Rest), (grpc, RemoteProtocol.Grpc) })
            {
                await using RemoteModelRunner remote = await ConnectAsync(model, address, protocol);
                Assert.Equal(local.Info.Inputs.Select(p => $"{p.Name} {p.Type.ElementType}"), remote.Info.Inputs.Select(p => $"{p.Name} {p.Type.ElementType}"));
                using NamedValues actual = await remote.RunAsync(inputs.Values);
                Same(model, expected, actual);
                compared++;
            }
        }

        Assert.True(compared >= 40);
    }

    [SharedDataFact("models")]
    public async Task Serve_Json_AnswersTheSameBits()
    {
        await using WebApplication app = await StartAsync(TestData.Path("models", "iris_mlp"), TestData.Path("models", "magika_v3"), TestData.Path("models", "adult_wide_deep"));
        (Uri rest, _) = Addresses(app);
        foreach (string model in (string[])["iris_mlp", "magika_v3", "adult_wide_deep"])
        {
            using IModelRunner local = await ModelLoader.Default.LoadAsync(ModelSource.Directory(TestData.Path("models", model)), new ModelLoadOptions());
            using BenchInputs inputs = BenchInputs.Prepare(local.Info, new BenchOptions(TestData.Path("models", model), [], null, new Dictionary<string, long[]>(), 0, 1, 1, null));
            using NamedValues expected = local.Run(inputs.Values);
            await using RemoteModelRunner remote = await ConnectAsync(model, rest, RemoteProtocol.RestJson);
            using NamedValues actual = await remote.RunAsync(inputs.Values);
            Same(model, expected, actual);
        }
    }

    [SharedDataTheory("models")]
    [InlineData(RemoteProtocol.Rest)]
    [InlineData(RemoteProtocol.RestJson)]
    [InlineData(RemoteProtocol.Grpc)]
    public async Task Serve_EmptyBatchAndBadInputs(RemoteProtocol protocol)
    {
        await using WebApplication app = await StartAsync(TestData.Path("models", "iris_mlp"));
        (Uri rest, Uri grpc) = Addresses(app);
        await using RemoteModelRunner remote = await ConnectAsync("iris_mlp", protocol == RemoteProtocol.Grpc ? grpc : rest, protocol);
        Assert.True(remote.Info.RowIndependent);
        using NamedValues empty = await remote.RunAsync(new NamedValues { ["input"] = TensorValue.Allocate(ElementType.Float32, [0, 4]) });
        Assert.Equal("float32[0,3]", empty["output"].ToString());
        await Assert.ThrowsAsync<InvalidInputException>(async () => await remote.RunAsync(new NamedValues { ["input"] = TensorValue.Allocate(ElementType.Float32, [1, 5]) }));
        await Assert.ThrowsAsync<InvalidInputException>(async () => await remote.RunAsync(new NamedValues { ["input"] = TensorValue.Allocate(ElementType.Int64, [1, 4]) }));
        await Assert.ThrowsAsync<InvalidInputException>(async () => await remote.RunAsync(new NamedValues { ["other"] = TensorValue.Allocate(ElementType.Float32, [1, 4]) }));
        Assert.Equal(ModelState.Ready, remote.State);
    }

    [SharedDataFact("models")]
    public async Task Remote_ServerEndsUnderLoad_TheLocalModelAnswers()
    {
        WebApplication app = await StartAsync(TestData.Path("models", "iris_mlp"));
        (Uri rest, _) = Addresses(app);
        var services = new ServiceCollection();
        services.AddModel("local", o => o.Source = ModelSource.Directory(TestData.Path("models", "iris_mlp")));
        services.AddRemoteModel("iris", o =>
        {
            o.Model = "iris_mlp";
            o.Endpoints.Add(rest);
        }).UseFallback(o => o.Chain.Add("model:local"));
        await using ServiceProvider provider = services.BuildServiceProvider();
        IModelRunner runner = provider.GetRequiredKeyedService<IModelRunner>("iris");
        float[] row = [5.1f, 3.5f, 1.4f, 0.2f];
        using NamedValues expected = await provider.GetRequiredKeyedService<IModelRunner>("local").RunAsync(new NamedValues { ["input"] = TensorValue.Copy(row, [1, 4]) });
        int calls = 0;
        using var stop = new CancellationTokenSource();
        Task[] callers = [.. Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                using NamedValues answer = await runner.RunAsync(new NamedValues { ["input"] = TensorValue.Copy(row, [1, 4]) }, new RunContext { Deadline = TimeProvider.System.GetUtcNow().AddSeconds(20) });

                // The server batches rows of several callers, which rounds the last bits differently.
                Assert.True(System.Numerics.Tensors.TensorPrimitives.Distance(expected["output"].AsSpan<float>(), answer["output"].AsSpan<float>()) < 1e-6);
                Interlocked.Increment(ref calls);
            }
        }))];
        await Eventually.TrueAsync(() => Volatile.Read(ref calls) > 100);
        await app.DisposeAsync();
        int atEnd = Volatile.Read(ref calls);
        await Eventually.TrueAsync(() => Volatile.Read(ref calls) > atEnd + 100);
        await stop.CancelAsync();
        await Task.WhenAll(callers);
    }

    [Fact]
    public void Find_ModelsFoldersAndRepositories()
    {
        using var folder = new TemporaryFolder();
        void Make(params string[] parts)
        {
            string file = Path.Combine([folder.Path, .. parts]);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllBytes(file, []);
        }

        Make("repository", "ranker", "1", "model.onnx");
        Make("repository", "ranker", "2", "model.onnx");
        Make("repository", "plain", "model.onnx");
        Make("repository", ".staging", "3", "model.onnx");
        Make("versions", "v1", "model.onnx");
        Make("versions", "1.10", "model.onnx");
        Make("single.onnx");
        Make("empty", "readme.txt");
        string At(params string[] parts) => Path.Combine([folder.Path, .. parts]);
        Assert.Equal(
            [new("plain", At("repository", "plain"), false), new("ranker", At("repository", "ranker"), true), new("versions", At("versions"), true), new("single", At("single.onnx"), false)],
            FoundModel.In([At("repository"), At("versions"), At("single.onnx")]));
        Assert.Equal([new("plain", At("repository", "plain", "model.onnx"), false)], FoundModel.In([At("repository", "plain", "model.onnx")]));
        Assert.Equal([new("named", At("repository", "plain"), false)], FoundModel.In(["named=" + At("repository", "plain")]));
        Assert.Throws<ModelLoadException>(() => FoundModel.In(["named=" + At("repository")]));
        Assert.Contains("empty", Assert.Throws<ModelLoadException>(() => FoundModel.In([At("empty")])).Message, StringComparison.Ordinal);
        Assert.Contains("'plain'", Assert.Throws<ModelLoadException>(() => FoundModel.In([At("repository"), At("repository", "plain")])).Message, StringComparison.Ordinal);
        Assert.Throws<ModelLoadException>(() => FoundModel.In([At("absent")]));
    }

    private static void Same(string model, NamedValues expected, NamedValues actual)
    {
        Assert.Equal(expected.Keys, actual.Keys);
        foreach ((string name, ModelValue value) in expected)
        {
            var tensor = (TensorValue)value;
            Assert.Equal($"{model}.{name} {tensor}", $"{model}.{name} {actual[name]}");
            Assert.True(tensor.ElementType == ElementType.String
                ? tensor.AsSpan<string>().SequenceEqual(actual[name].AsSpan<string>())
                : tensor.AsBytes().SequenceEqual(actual[name].AsBytes()), $"{model}.{name}");
        }
    }
}
