using System.Net;
using System.Text;
using Inference.Caching;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Inference.Remote.Tests;

public class RemoteRunnerTests
{
    private readonly FakeServer _server = new();
    private readonly FakeTimeProvider _clock = new();

    private async Task<RemoteModelRunner> ConnectAsync(Action<RemoteModelOptions>? configure = null, int servers = 1) => await RemoteModelRunner.ConnectAsync("m", o =>
    {
        for (int i = 0; i < servers; i++)
        {
            o.Endpoints.Add(new Uri($"http://s{i}:8000"));
        }

        o.CreateHandler = () => _server;
        configure?.Invoke(o);
    }, _clock);

    private static NamedValues Row(params float[] values) => new() { ["x"] = TensorValue.Copy(values, [1, values.Length]) };

    [Fact]
    public async Task Connect_ReadsSignatureAndProperties()
    {
        await using RemoteModelRunner runner = await ConnectAsync();
        Assert.Equal("float32[?,2]", runner.Info.Inputs[0].Type.ToString());
        Assert.Equal("y", runner.Info.Outputs[0].Name);
        Assert.True(runner.Info.RowIndependent);
        Assert.Equal("abc", runner.Info.Digest);
        Assert.Equal(ModelState.Ready, runner.State);
    }

    public static TheoryData<TensorValue> Tensors => new()
    {
        TensorValue.Copy<float>([1.5f, float.NaN, float.NegativeInfinity, -0f], [2, 2]),
        TensorValue.Copy<double>([double.Epsilon, 1e300], [2]),
        TensorValue.Copy<long>([long.MinValue, long.MaxValue], [2]),
        TensorValue.Copy<ulong>([ulong.MaxValue], []),
        TensorValue.Copy<int>([], [0, 3]),
        TensorValue.Copy<bool>([true, false, true], [3]),
        TensorValue.Copy<Half>([(Half)1.5, Half.NaN], [2]),
        TensorValue.Copy<BFloat16>([(BFloat16)1.5f], [1]),
        TensorValue.Copy<sbyte>([-128, 127], [1, 2]),
        TensorValue.Copy<string>(["", "a", "Grüße 🌍", "nul\0inside"], [2, 2]),
        TensorValue.Copy<byte>(new byte[300_000], [3, 100_000]),
    };

    [Theory]
    [MemberData(nameof(Tensors))]
    public async Task Run_Binary_ReturnsSameBits(TensorValue tensor)
    {
        await using RemoteModelRunner runner = await ConnectAsync();
        using NamedValues result = await runner.RunAsync(new NamedValues { ["x"] = tensor });
        Same(tensor, result["y"]);
    }

    [Fact]
    public async Task Run_Json_ReturnsSameValues()
    {
        await using RemoteModelRunner runner = await ConnectAsync(o => o.Protocol = RemoteProtocol.RestJson);
        foreach (TensorValue tensor in new[]
        {
            TensorValue.Copy<float>([1.5f, -0.1f, float.MaxValue, float.Epsilon], [2, 2]), TensorValue.Copy<double>([1e-300, 0.1], [2]), TensorValue.Copy<long>([long.MinValue], [1]),
            TensorValue.Copy<ulong>([ulong.MaxValue], [1]), TensorValue.Copy<bool>([true, false], [2]), TensorValue.Copy<string>(["\"", "é"], [2]), TensorValue.Copy<short>([], [0]),
        })
        {
            using NamedValues result = await runner.RunAsync(new NamedValues { ["x"] = tensor });
            Same(tensor, result["y"]);
        }

        InvalidInputException refused = await Assert.ThrowsAsync<InvalidInputException>(async () => await runner.RunAsync(Row(float.NaN, 1)));
        Assert.Contains("NaN", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_SendsIdPriorityTimeLeftAndHeaders_RecordsVersionAndServer()
    {
        await using RemoteModelRunner runner = await ConnectAsync(o =>
        {
            o.Headers["X-Key"] = "k";
            o.Authorization = _ => new("Bearer t");
        });
        var context = new RunContext { Priority = RunPriority.High, Deadline = _clock.GetUtcNow().AddSeconds(2) };
        (await runner.RunAsync(Row(1, 2), context)).Dispose();
        Assert.Equal(context.Record.PredictionId.ToString(), (string?)_server.LastJson!["id"]);
        Assert.Equal(1, (int?)_server.LastJson["parameters"]!["priority"]);
        Assert.Equal(2_000_000, (long?)_server.LastJson["parameters"]!["timeout"]);
        Assert.Equal("k", _server.LastHeaders["X-Key"]);
        Assert.Equal("Bearer t", _server.LastHeaders["Authorization"]);
        Assert.Equal("2", context.Record.VersionServed);
        Assert.Equal(["remote:s0:8000"], context.Record.Path);
    }

    [Theory]
    [InlineData(HttpStatusCode.BadRequest, typeof(InvalidInputException), 1)]
    [InlineData(HttpStatusCode.NotFound, typeof(RemoteModelException), 1)]
    [InlineData(HttpStatusCode.Forbidden, typeof(RemoteModelException), 1)]
    [InlineData(HttpStatusCode.InternalServerError, typeof(RemoteModelException), 1)]
    [InlineData(HttpStatusCode.GatewayTimeout, typeof(DeadlineExceededException), 1)]
    [InlineData(HttpStatusCode.TooManyRequests, typeof(OverloadedException), 3)]
    [InlineData(HttpStatusCode.ServiceUnavailable, typeof(OverloadedException), 3)]
    public async Task Run_Errors_KeepTheServersReason_AndAreRepeatedOnlyWhereNothingRan(HttpStatusCode status, Type expected, int attempts)
    {
        for (int i = 0; i < 3; i++)
        {
            _server.Behaviors[$"s{i}:8000"] = (_, _) => Task.FromResult(FakeServer.Json(status, """{"error":"the reason"}"""));
        }

        await using RemoteModelRunner runner = await ConnectAsync(servers: 3);
        Exception exception = await Assert.ThrowsAsync(expected, async () => await runner.RunAsync(Row(1, 2)));
        Assert.Contains("the reason", exception.Message, StringComparison.Ordinal);
        Assert.Equal(attempts, _server.Calls.Count);
        Assert.Equal(attempts, _server.Calls.Distinct().Count());
    }

    [Fact]
    public async Task Run_ServerNotReached_AnotherOneAnswers_AndTheFirstIsLeftAloneForATime()
    {
        _server.Behaviors["s0:8000"] = (_, _) => throw new HttpRequestException(HttpRequestError.ConnectionError, "refused");
        await using RemoteModelRunner runner = await ConnectAsync(o => o.EjectAfter = 1, servers: 2);
        for (int i = 0; i < 20; i++)
        {
            (await runner.RunAsync(Row(1, 2))).Dispose();
        }

        Assert.Equal(1, _server.Calls.Count(a => a == "s0:8000"));
        Assert.Equal(ModelState.Degraded, runner.State);
        Assert.Contains("s0", runner.Description, StringComparison.Ordinal);

        _server.Behaviors.Clear();
        _clock.Advance(TimeSpan.FromSeconds(6));
        for (int i = 0; i < 40; i++)
        {
            (await runner.RunAsync(Row(1, 2))).Dispose();
        }

        Assert.True(_server.Calls.Count(a => a == "s0:8000") > 1);
        Assert.Equal(ModelState.Ready, runner.State);
    }

    [Fact]
    public async Task Run_ConnectionLostAfterTheRequest_IsNotRepeated()
    {
        _server.Behaviors["s0:8000"] = _server.Behaviors["s1:8000"] = (_, _) => throw new HttpRequestException(HttpRequestError.ResponseEnded, "reset");
        await using RemoteModelRunner runner = await ConnectAsync(servers: 2);
        RemoteModelException exception = await Assert.ThrowsAsync<RemoteModelException>(async () => await runner.RunAsync(Row(1, 2)));
        Assert.True(exception.MayHaveRun);
        Assert.Single(_server.Calls);
    }

    [Fact]
    public async Task Run_OneServerOverloaded_WaitsAsItAsks_ThenIsAnswered()
    {
        int refused = 0;
        _server.Behaviors["s0:8000"] = (_, _) =>
        {
            HttpResponseMessage response = FakeServer.Json(HttpStatusCode.ServiceUnavailable, """{"error":"full"}""");
            response.Headers.RetryAfter = new(TimeSpan.FromSeconds(2));
            refused++;
            _server.Behaviors.Clear();
            return Task.FromResult(response);
        };
        await using RemoteModelRunner runner = await ConnectAsync();
        Task<NamedValues> run = runner.RunAsync(Row(1, 2)).AsTask();
        _clock.Advance(TimeSpan.FromSeconds(1.9));
        Assert.False(run.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(0.2));
        (await run).Dispose();
        Assert.Equal(1, refused);
        Assert.Equal(2, _server.Calls.Count);
    }

    [Fact]
    public async Task Run_NoAnswer_EndsAtTheDeadlineAndAtTheTimeout()
    {
        _server.Behaviors["s0:8000"] = async (_, token) =>
        {
            await Task.Delay(Timeout.Infinite, token);
            throw new InvalidOperationException();
        };
        await using RemoteModelRunner runner = await ConnectAsync(o => o.Timeout = TimeSpan.FromSeconds(5));
        Task<NamedValues> timed = runner.RunAsync(Row(1, 2)).AsTask();
        Task<NamedValues> due = runner.RunAsync(Row(1, 2), new RunContext { Deadline = _clock.GetUtcNow().AddSeconds(1) }).AsTask();
        _clock.Advance(TimeSpan.FromSeconds(1));
        await Assert.ThrowsAsync<DeadlineExceededException>(() => due);
        Assert.False(timed.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(4));
        await Assert.ThrowsAsync<DeadlineExceededException>(() => timed);
        using var cancelled = new CancellationTokenSource();
        Task<NamedValues> stopped = runner.RunAsync(Row(1, 2), cancellationToken: cancelled.Token).AsTask();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stopped);
        Assert.Equal(ModelState.Ready, runner.State);
    }

    [Fact]
    public async Task Run_Hedged_SecondServerAnswers_FirstIsCancelled()
    {
        var ended = new TaskCompletionSource();
        Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> slow = async (_, token) =>
        {
            try
            {
                await Task.Delay(Timeout.Infinite, token);
            }
            finally
            {
                ended.TrySetResult();
            }

            throw new InvalidOperationException();
        };
        await using RemoteModelRunner runner = await ConnectAsync(o => o.HedgeAfter = TimeSpan.FromMilliseconds(50), servers: 2);
        _server.Behaviors["s0:8000"] = _server.Behaviors["s1:8000"] = slow;
        Task<NamedValues> run = runner.RunAsync(Row(1, 2)).AsTask();
        string first = Assert.Single(_server.Calls);
        _server.Behaviors.TryRemove(first == "s0:8000" ? "s1:8000" : "s0:8000", out _);
        _clock.Advance(TimeSpan.FromMilliseconds(50));
        (await run).Dispose();
        await ended.Task;
        Assert.Equal(2, _server.Calls.Count);
    }

    [Fact]
    public async Task Run_HedgedAndBothFail_IsNotRepeatedIfOneMayHaveRun()
    {
        await using RemoteModelRunner runner = await ConnectAsync(o => o.HedgeAfter = TimeSpan.FromMilliseconds(50), servers: 3);
        var first = new TaskCompletionSource<HttpResponseMessage>();
        int calls = 0;
        foreach (string server in (string[])["s0:8000", "s1:8000", "s2:8000"])
        {
            _server.Behaviors[server] = (_, _) => Interlocked.Increment(ref calls) == 1
                ? first.Task
                : throw new HttpRequestException(HttpRequestError.ResponseEnded, "reset");
        }

        Task<NamedValues> run = runner.RunAsync(Row(1, 2)).AsTask();
        _clock.Advance(TimeSpan.FromMilliseconds(50));
        first.SetException(new HttpRequestException(HttpRequestError.ConnectionError, "refused"));
        Assert.True((await Assert.ThrowsAsync<RemoteModelException>(() => run)).MayHaveRun);
        Assert.Equal(2, calls);
    }

    [Fact]
    public async Task Run_ServerThatNeverAnswers_IsLeftAlone()
    {
        _server.Behaviors["s0:8000"] = async (_, token) =>
        {
            await Task.Delay(Timeout.Infinite, token);
            throw new InvalidOperationException();
        };
        await using RemoteModelRunner runner = await ConnectAsync(o =>
        {
            o.EjectAfter = 1;
            o.Timeout = TimeSpan.FromSeconds(1);
        }, servers: 2);
        for (int i = 0; i < 20; i++)
        {
            Task<NamedValues> run = runner.RunAsync(Row(1, 2)).AsTask();
            if (!run.IsCompleted)
            {
                _clock.Advance(TimeSpan.FromSeconds(1));
                await Assert.ThrowsAsync<DeadlineExceededException>(() => run);
            }
        }

        Assert.True(_server.Calls.Count(a => a == "s0:8000") <= 5);
        Assert.Equal(ModelState.Degraded, runner.State);
    }

    [Fact]
    public async Task Run_ShortDeadlinesOfCallers_EjectNoServer()
    {
        _server.Behaviors["s0:8000"] = async (_, token) =>
        {
            await Task.Delay(Timeout.Infinite, token);
            throw new InvalidOperationException();
        };
        await using RemoteModelRunner runner = await ConnectAsync(o =>
        {
            o.EjectAfter = 1;
            o.Timeout = TimeSpan.FromMilliseconds(40);
        });
        Task<NamedValues> run = runner.RunAsync(Row(1, 2), new RunContext { Deadline = _clock.GetUtcNow().AddMilliseconds(5) }).AsTask();
        _clock.Advance(TimeSpan.FromMilliseconds(5));
        await Assert.ThrowsAsync<DeadlineExceededException>(() => run);
        Assert.Equal(ModelState.Ready, runner.State);
    }

    [Fact]
    public async Task Run_OutputWithoutParameters_IsRead()
    {
        _server.Answer = () => FakeServer.Binary("""{"outputs":[{"name":"y","datatype":"FP32","shape":[1],"parameters":null,"data":[0.1]}]}""", []);
        await using RemoteModelRunner runner = await ConnectAsync();
        using NamedValues result = await runner.RunAsync(Row(1, 2));
        Assert.Equal([0.1f], result["y"].AsSpan<float>().ToArray());
    }

    public static TheoryData<string, byte[], int?> BadAnswers => new()
    {
        { """{"outputs":[{"name":"y","datatype":"BOOL","shape":[1],"parameters":{"binary_data_size":1}}]}""", [2], null },
        { """{"outputs":[{"name":"y","datatype":"FP32","shape":[1],"data":[1e39]}]}""", [], null },
        { "[]", [], null },
        { "{", [], null },
        { """{"outputs":[{"name":"y","datatype":"FP32","shape":[1,2],"parameters":{"binary_data_size":8}}]}""", [1, 2, 3], null },
        { """{"outputs":[{"name":"y","datatype":"FP32","shape":[1,2],"parameters":{"binary_data_size":-1}}]}""", [], null },
        { """{"outputs":[{"name":"y","datatype":"FP32","shape":[1,2],"parameters":{"binary_data_size":4}}]}""", [1, 2, 3, 4], null },
        { """{"outputs":[{"name":"y","datatype":"FP32","shape":[-1],"parameters":{"binary_data_size":0}}]}""", [], null },
        { """{"outputs":[{"name":"y","datatype":"FP32","shape":[3037000500,3037000500],"parameters":{"binary_data_size":0}}]}""", [], null },
        { """{"outputs":[{"name":"y","datatype":"FP99","shape":[1],"data":[1]}]}""", [], null },
        { """{"outputs":[{"name":"y","datatype":"FP32","shape":[2],"data":[1]}]}""", [], null },
        { """{"outputs":[{"name":"y","datatype":"FP32","shape":[1],"data":[1,2]}]}""", [], null },
        { """{"outputs":[{"name":"y","datatype":"INT8","shape":[1],"data":[300]}]}""", [], null },
        { """{"outputs":[{"name":"y","datatype":"INT64","shape":[1],"data":["x"]}]}""", [], null },
        { """{"outputs":[{"name":"y","datatype":"FP32","shape":[1000000000],"data":[1]}]}""", [], null },
        { """{"outputs":[{"name":"y","datatype":"BYTES","shape":[1],"parameters":{"binary_data_size":6}}]}""", [9, 0, 0, 0, 65, 66], null },
        { """{"outputs":[{"name":"y","datatype":"BYTES","shape":[1],"parameters":{"binary_data_size":5}}]}""", [1, 0, 0, 0, 0xFF], null },
        { """{"outputs":[{"name":"y","datatype":"BYTES","shape":[1],"parameters":{"binary_data_size":4}}]}""", [0xFF, 0xFF, 0xFF, 0xFF], null },
        { """{"outputs":[{"name":"y","datatype":"FP32","shape":[0],"data":[]},{"name":"y","datatype":"FP32","shape":[0],"data":[]}]}""", [], null },
        { """{"outputs":[]}""", [7], null },
        { """{"outputs":[]}""", [], 5000 },
    };

    [Theory]
    [MemberData(nameof(BadAnswers))]
    public async Task Run_BadAnswer_IsOurError(string json, byte[] data, int? header)
    {
        _server.Answer = () => FakeServer.Binary(json, data, header);
        await using RemoteModelRunner runner = await ConnectAsync();
        await Assert.ThrowsAnyAsync<ModelRunException>(async () => await runner.RunAsync(Row(1, 2)));
    }

    [Fact]
    public async Task Run_AnswerAboveTheLimit_IsRefused()
    {
        _server.Answer = () => FakeServer.Binary("""{"outputs":[]}""", new byte[5000]);
        await using RemoteModelRunner runner = await ConnectAsync(o => o.MaxResponseBytes = 1024);
        RemoteModelException exception = await Assert.ThrowsAsync<RemoteModelException>(async () => await runner.RunAsync(Row(1, 2)));
        Assert.Contains("MaxResponseBytes", exception.Message, StringComparison.Ordinal);
        _server.Answer = () => new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(new MemoryStream(new byte[5000])) { Headers = { ContentLength = null } } };
        exception = await Assert.ThrowsAsync<RemoteModelException>(async () => await runner.RunAsync(Row(1, 2)));
        Assert.Contains("MaxResponseBytes", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_ValuesTheProtocolLacks_AreRefusedBeforeTheyAreSent()
    {
        await using RemoteModelRunner runner = await ConnectAsync();
        await Assert.ThrowsAsync<InvalidInputException>(async () => await runner.RunAsync(new NamedValues { ["x"] = TensorValue.Allocate(ElementType.Complex64, [1]) }));
        Assert.Empty(_server.Calls);
    }

    [Fact]
    public async Task Connect_NoServer_SaysWhich()
    {
        var options = new Action<RemoteModelOptions>(o => o.Endpoints.Add(new Uri("http://127.0.0.1:1")));
        ModelLoadException exception = await Assert.ThrowsAsync<ModelLoadException>(async () => await RemoteModelRunner.ConnectAsync("m", options));
        Assert.Contains("127.0.0.1:1", exception.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<OptionsValidationException>(async () => await RemoteModelRunner.ConnectAsync("m", _ => { }));
        await Assert.ThrowsAsync<OptionsValidationException>(async () => await RemoteModelRunner.ConnectAsync("m", o => o.Endpoints.Add(new Uri("ftp://x"))));
    }

    [Fact]
    public async Task AddRemoteModel_IsAKeyedRunner_ThatStagesMayBeAround()
    {
        var services = new ServiceCollection();
        services.AddRemoteModel("m", o =>
        {
            o.Endpoints.Add(new Uri("http://s0:8000"));
            o.CreateHandler = () => _server;
        }).UseCaching();
        await using ServiceProvider provider = services.BuildServiceProvider();
        IModelRunner runner = provider.GetRequiredKeyedService<IModelRunner>("m");
        using NamedValues result = await runner.RunAsync(Row(3, 4));
        Assert.Equal([3f, 4f], result["y"].AsSpan<float>().ToArray());
        Assert.Equal("remote", runner.Info.Provider);
    }

    private static void Same(TensorValue expected, TensorValue actual)
    {
        Assert.Equal(expected.ToString(), actual.ToString());
        if (expected.ElementType == ElementType.String)
        {
            Assert.Equal(expected.AsSpan<string>().ToArray(), actual.AsSpan<string>().ToArray());
        }
        else
        {
            Assert.Equal(expected.AsBytes().ToArray(), actual.AsBytes().ToArray());
        }
    }
}
