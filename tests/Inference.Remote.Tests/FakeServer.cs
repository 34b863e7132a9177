using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Inference.Remote.Tests;

/// <summary>Servers of the protocol's REST interface in memory: one model that returns its input "x" as output "y".</summary>
internal sealed class FakeServer : HttpMessageHandler
{
    public const string Signature = """{"name":"m","versions":["1","2"],"platform":"onnx","inputs":[{"name":"x","datatype":"FP32","shape":[-1,2]}],"outputs":[{"name":"y","datatype":"FP32","shape":[-1,2]}],"properties":{"row_independent":"true","digest":"abc"}}""";

    /// <summary>What servers do instead of answering, by authority.</summary>
    public ConcurrentDictionary<string, Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>>> Behaviors { get; } = new();

    /// <summary>The authorities of the calls of the model, in order.</summary>
    public ConcurrentQueue<string> Calls { get; } = new();

    /// <summary>The JSON of the last request.</summary>
    public JsonNode? LastJson { get; private set; }

    /// <summary>The last request's headers.</summary>
    public Dictionary<string, string> LastHeaders { get; } = [];

    /// <summary>Makes the answer of the model, if it is not an echo.</summary>
    public Func<HttpResponseMessage>? Answer { get; set; }

    public static HttpResponseMessage Json(HttpStatusCode status, string text) => new(status) { Content = new StringContent(text, Encoding.UTF8, "application/json") };

    public static HttpResponseMessage Binary(string json, byte[] data, int? header = null)
    {
        byte[] head = Encoding.UTF8.GetBytes(json);
        var response = new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent([.. head, .. data]) };
        response.Headers.Add("Inference-Header-Content-Length", (header ?? head.Length).ToString(CultureInfo.InvariantCulture));
        return response;
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Method == HttpMethod.Get)
        {
            return Json(HttpStatusCode.OK, Signature);
        }

        Calls.Enqueue(request.RequestUri!.Authority);
        if (Behaviors.TryGetValue(request.RequestUri.Authority, out Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>>? behavior))
        {
            return await behavior(request, cancellationToken);
        }

        byte[] body = await request.Content!.ReadAsByteArrayAsync(cancellationToken);
        LastHeaders.Clear();
        foreach (KeyValuePair<string, IEnumerable<string>> header in request.Headers.Concat(request.Content.Headers))
        {
            LastHeaders[header.Key] = string.Join(",", header.Value);
        }

        int length = LastHeaders.TryGetValue("Inference-Header-Content-Length", out string? text) ? int.Parse(text, CultureInfo.InvariantCulture) : body.Length;
        LastJson = JsonNode.Parse(body.AsSpan(0, length));
        if (Answer is { } answer)
        {
            return answer();
        }

        JsonNode input = LastJson!["inputs"]![0]!;
        var output = new JsonObject { ["name"] = "y", ["datatype"] = input["datatype"]!.DeepClone(), ["shape"] = input["shape"]!.DeepClone() };
        if (input["data"] is { } data)
        {
            output["data"] = data.DeepClone();
        }
        else
        {
            output["parameters"] = new JsonObject { ["binary_data_size"] = body.Length - length };
        }

        string reply = new JsonObject { ["model_name"] = "m", ["model_version"] = "2", ["outputs"] = new JsonArray(output) }.ToJsonString();
        return Binary(reply, body[length..]);
    }
}
