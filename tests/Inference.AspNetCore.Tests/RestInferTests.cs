using System.Net;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Inference.TestSupport;

namespace Inference.AspNetCore.Tests;

public sealed class RestInferTests
{
    private const string Path = "v2/models/fake/infer";
    private const string OneRow = """{"id":"42","inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[5,1,2,3]}]}""";

    [Fact]
    public async Task Infer_JsonRows_AnswersJson()
    {
        await using Served served = await Served.StartAsync(new FakeRunner());
        HttpResponseMessage response = await served.PostAsync(Path, OneRow);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("application/json", response.Content.Headers.ContentType!.ToString());
        JsonNode json = await Served.JsonAsync(response);
        Assert.Equal("fake", (string?)json["model_name"]);
        Assert.Equal("42", (string?)json["id"]);
        JsonNode output = json["outputs"]![0]!;
        Assert.Equal("y", (string?)output["name"]);
        Assert.Equal("FP32", (string?)output["datatype"]);
        Assert.Equal("[1,2]", output["shape"]!.ToJsonString());
        Assert.Equal(FakeModel.Expected(5), output["data"]!.AsArray().Select(v => (float)v!));
    }

    [Fact]
    public async Task Infer_BinaryBothWays_AnswersTheSameBits()
    {
        await using Served served = await Served.StartAsync(new FakeRunner());
        byte[] data = [.. MemoryMarshal.AsBytes<float>([7, 1, 2, 3, 8, 1, 2, 3])];
        HttpResponseMessage response = await served.PostAsync(
            Path,
            """{"inputs":[{"name":"x","shape":[2,4],"datatype":"FP32","parameters":{"binary_data_size":32}}],"parameters":{"binary_data_output":true}}""",
            data);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        byte[] body = await response.Content.ReadAsByteArrayAsync();
        int length = int.Parse(response.Headers.GetValues("Inference-Header-Content-Length").Single());
        JsonNode json = JsonNode.Parse(body.AsSpan(0, length))!;
        Assert.Equal(16, (int?)json["outputs"]![0]!["parameters"]!["binary_data_size"]);
        Assert.Equal([.. FakeModel.Expected(7), .. FakeModel.Expected(8)], MemoryMarshal.Cast<byte, float>(body.AsSpan(length)).ToArray());
    }

    [Theory]
    [InlineData("1", HttpStatusCode.OK)]
    [InlineData("2", HttpStatusCode.NotFound)]
    public async Task Infer_ModelWithoutVersions_IsVersion1(string version, HttpStatusCode expected)
    {
        await using Served served = await Served.StartAsync(new FakeRunner());
        Assert.Equal(expected, (await served.PostAsync($"v2/models/fake/versions/{version}/infer", OneRow)).StatusCode);
    }

    [Fact]
    public async Task Infer_ByteOrderMark_IsIgnored()
    {
        await using Served served = await Served.StartAsync(new FakeRunner());
        Assert.Equal(HttpStatusCode.OK, (await served.PostAsync(Path, "\uFEFF" + OneRow)).StatusCode);
    }

    [Fact]
    public async Task Infer_UnknownModel_Is404WithReason()
    {
        await using Served served = await Served.StartAsync(new FakeRunner());
        HttpResponseMessage response = await served.PostAsync("v2/models/none/infer", OneRow);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Contains("'none'", (string?)(await Served.JsonAsync(response))["error"]);
    }
}
