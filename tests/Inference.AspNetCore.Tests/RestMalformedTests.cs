using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using Inference.TestSupport;

namespace Inference.AspNetCore.Tests;

/// <summary>What is malformed is answered by 4xx with a reason, and reaches no model.</summary>
public sealed class RestMalformedTests : IAsyncLifetime
{
    private const string Path = "v2/models/fake/infer";
    private readonly FakeRunner _runner = new();
    private Served _served = null!;

    public async Task InitializeAsync() => _served = await Served.StartAsync(_runner, o => o.Limits.MaxInputs = 8);

    public async Task DisposeAsync() => await _served.DisposeAsync();

    public static TheoryData<string> Bodies { get; } =
    [
        "",
        "{",
        "[]",
        "null",
        "{}",
        """{"inputs":null}""",
        """{"inputs":{}}""",
        """{"inputs":[1]}""",
        """{"inputs":[]}""",
        """{"inputs":[{}]}""",
        """{"inputs":[{"name":"x"}]}""",
        """{"inputs":[{"name":"","shape":[1,4],"datatype":"FP32","data":[1,2,3,4]}]}""",
        """{"inputs":[{"name":7,"shape":[1,4],"datatype":"FP32","data":[1,2,3,4]}]}""",
        """{"inputs":[{"name":"z","shape":[1,4],"datatype":"FP32","data":[1,2,3,4]}]}""",
        """{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32"}]}""",
        """{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP31","data":[1,2,3,4]}]}""",
        """{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP64","data":[1,2,3,4]}]}""",
        """{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP16","data":[1,2,3,4]}]}""",
        """{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,2,3]}]}""",
        """{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,2,3,4,5]}]}""",
        """{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[[1,2,3]]}]}""",
        """{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[[1,2],[3,4]]}]}""",
        """{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[[[1,2,3,4]]]}]}""",
        """{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,[2],3,4]}]}""",
        """{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[[1,2,3,4],5]}]}""",
        """{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,2,3,true]}]}""",
        """{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,2,3,null]}]}""",
        """{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,2,3,"4"]}]}""",
        """{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,2,3,1e39]}]}""",
        """{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,2,3,NaN]}]}""",
        """{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,2,3,Infinity]}]}""",
        """{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,2,3,-Infinity]}]}""",
        """{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":{}}]}""",
        """{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":5}]}""",
        """{"inputs":[{"name":"x","shape":[],"datatype":"FP32","data":5}]}""",
        """{"inputs":[{"name":"x","shape":[4],"datatype":"FP32","data":[1,2,3,4]}]}""",
        """{"inputs":[{"name":"x","shape":[4,1],"datatype":"FP32","data":[1,2,3,4]}]}""",
        """{"inputs":[{"name":"x","shape":[-1,-4],"datatype":"FP32","data":[1,2,3,4]}]}""",
        """{"inputs":[{"name":"x","shape":[1.5,4],"datatype":"FP32","data":[1,2,3,4]}]}""",
        """{"inputs":[{"name":"x","shape":["1",4],"datatype":"FP32","data":[1,2,3,4]}]}""",
        """{"inputs":[{"name":"x","shape":[9223372036854775807,4],"datatype":"FP32","data":[1,2,3,4]}]}""",
        """{"inputs":[{"name":"x","shape":[18446744073709551615,4],"datatype":"FP32","data":[1,2,3,4]}]}""",
        """{"inputs":[{"name":"x","shape":[4611686018427387905,4],"datatype":"FP32","data":[1,2,3,4]}]}""",
        """{"inputs":[{"name":"x","shape":[1000000,4],"datatype":"FP32","data":[1,2,3,4]}]}""",
        """{"inputs":[{"name":"x","shape":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,4],"datatype":"FP32","data":[1,2,3,4]}]}""",
        """{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,2,3,4]},{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,2,3,4]}]}""",
        """{"inputs":[{"name":"x","name":"x","shape":[1,4],"datatype":"FP32","data":[1,2,3,4]}]}""",
        """{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,2,3,4]}],"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,2,3,4]}]}""",
        """{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,2,3,4]}],"outputs":[{"name":"y"},{"name":"y"}]}""",
        """{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,2,3,4]}],"outputs":[{"name":"w"}]}""",
        """{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,2,3,4]}],"outputs":[{}]}""",
        """{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,2,3,4]}],"outputs":[{"name":"y","parameters":{"binary_data":1}}]}""",
        """{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,2,3,4]}],"outputs":[{"name":"y","parameters":{"classification":0}}]}""",
        """{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,2,3,4]}],"outputs":[{"name":"y","parameters":{"classification":9}}]}""",
        """{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,2,3,4]}],"outputs":[{"name":"y","parameters":{"shared_memory_region":"a"}}]}""",
        """{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","parameters":{"shared_memory_region":"a"}}]}""",
        """{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","parameters":{"binary_data_size":16}}]}""",
        """{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,2,3,4]}],"parameters":{"timeout":-1}}""",
        """{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,2,3,4]}],"parameters":{"priority":"high"}}""",
        """{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,2,3,4]}],"parameters":{"sequence_id":4}}""",
        """{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,2,3,4]}],"parameters":[]}""",
        """{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,2,3,4]}],"id":5}""",
        """{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,2,3,4]}]} x""",
        """{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,2,3,4]}]}{}""",
        """{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,2,3,4],}]}""",
        """{"inputs":[{"name":"x\ud800","shape":[1,4],"datatype":"FP32","data":[1,2,3,4]}]}""",
        """{"inputs":[{"name":"x","shape":[1,4],"datatype":"BYTES","data":["\ud800","b","c","d"]}]}""",
        """{"id":"\udfff","inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,2,3,4]}]}""",
        """{"\ud800":1,"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,2,3,4]}]}""",
        "{\"inputs\":[" + string.Join(',', Enumerable.Repeat("""{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,2,3,4]}""", 9)) + "]}",
        "{\"a\":" + new string('[', 120) + new string(']', 120) + ",\"inputs\":[{\"name\":\"x\",\"shape\":[1,4],\"datatype\":\"FP32\",\"data\":[1,2,3,4]}]}",
        "{\"inputs\":[{\"name\":\"x\",\"shape\":[1,4],\"datatype\":\"FP32\",\"data\":[1,2,3,4]}],\"outputs\":[" + string.Join(',', Enumerable.Range(0, 1000).Select(i => $$"""{"name":"y{{i}}"}""")) + "]}",
        "{\"inputs\":[{\"name\":\"" + new string('x', 2000) + "\",\"shape\":[1,4],\"datatype\":\"FP32\",\"data\":[1,2,3,4]}]}",
    ];

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task Infer_MalformedJson_Is400AndReachesNoModel(string body) => await RefusedAsync(await _served.PostAsync(Path, body));

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("x")]
    [InlineData("1e2")]
    [InlineData("99999999999999999999")]
    [InlineData("5000")]
    [InlineData("20")]
    public async Task Infer_HeaderLengthOutOfRange_Is400(string header) =>
        await RefusedAsync(await _served.PostAsync(Path, Binary(16), Floats(1, 2, 3, 4), header));

    [Theory]
    [InlineData(16, 12)]
    [InlineData(16, 20)]
    [InlineData(12, 12)]
    [InlineData(20, 20)]
    [InlineData(16, 0)]
    public async Task Infer_BinarySizes_MustBeTheShapesAndFillTheBody(int stated, int sent) =>
        await RefusedAsync(await _served.PostAsync(Path, Binary(stated), new byte[sent]));

    [Fact]
    public async Task Infer_DataAndBinaryForOneInput_Is400() => await RefusedAsync(await _served.PostAsync(
        Path,
        """{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,2,3,4],"parameters":{"binary_data_size":16}}]}""",
        Floats(1, 2, 3, 4)));

    [Fact]
    public async Task Infer_InvalidUtf8_Is400()
    {
        byte[] body = [.. Encoding.UTF8.GetBytes("""{"id":" """), 0xC3, 0x28, .. Encoding.UTF8.GetBytes("\",\"inputs\":[{\"name\":\"x\",\"shape\":[1,4],\"datatype\":\"FP32\",\"data\":[1,2,3,4]}]}")];
        await RefusedAsync(await _served.Http.PostAsync(Path, new ByteArrayContent(body)));
    }

    [Theory]
    [InlineData("br", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("gzip", HttpStatusCode.BadRequest)]
    [InlineData("deflate", HttpStatusCode.BadRequest)]
    [InlineData("gzip, gzip", HttpStatusCode.UnsupportedMediaType)]
    public async Task Infer_CodingThatIsNotSo_IsRefused(string coding, HttpStatusCode expected)
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes("""{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,2,3,4]}]}"""));
        content.Headers.TryAddWithoutValidation("Content-Encoding", coding);
        await RefusedAsync(await _served.Http.PostAsync(Path, content), expected);
    }

    [Theory]
    [InlineData("v2/models/fake/versions/7/infer", HttpStatusCode.NotFound)]
    [InlineData("v2/models/..%2ffake/infer", HttpStatusCode.NotFound)]
    public async Task Infer_NoSuchModelOrVersion_Is404(string path, HttpStatusCode expected) =>
        await RefusedAsync(await _served.PostAsync(path, """{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,2,3,4]}]}"""), expected);

    [Theory]
    [InlineData("soon")]
    [InlineData("-5")]
    [InlineData("0")]
    [InlineData("1e400")]
    public async Task Infer_TimeoutHeader_MustBeATime(string value)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, Path) { Content = new StringContent("""{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,2,3,4]}]}""") };
        request.Headers.TryAddWithoutValidation("Inference-Timeout-Ms", value);
        await RefusedAsync(await _served.Http.SendAsync(request));
    }

    [Fact]
    public async Task Infer_Depth50_Passes()
    {
        HttpResponseMessage response = await _served.PostAsync(Path, "{\"a\":" + new string('[', 49) + new string(']', 49) + ",\"inputs\":[{\"name\":\"x\",\"shape\":[1,4],\"datatype\":\"FP32\",\"data\":[1,2,3,4]}]}");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    private static string Binary(int size) => $$$"""{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","parameters":{"binary_data_size":{{{size}}}}}]}""";

    private static byte[] Floats(params float[] values) => MemoryMarshal.AsBytes<float>(values).ToArray();

    private async Task RefusedAsync(HttpResponseMessage response, HttpStatusCode expected = HttpStatusCode.BadRequest)
    {
        string text = await response.Content.ReadAsStringAsync();
        Assert.True(expected == response.StatusCode, $"{(int)response.StatusCode}: {text}");
        Assert.NotEmpty((string)System.Text.Json.Nodes.JsonNode.Parse(text)!["error"]!);
        Assert.Equal(0, _runner.Calls);
    }
}
