using System.Net;
using System.Net.Http.Headers;
using System.Runtime.InteropServices;
using System.Text;
using Google.Protobuf;
using Grpc.Core;
using Inference.TestSupport;
using OpenInference.V2;

namespace Inference.AspNetCore.Tests;

/// <summary>Mutated requests are answered or refused, never by an error of the server. eng/fuzz-server.sh runs more of them.</summary>
public sealed class FuzzTests
{
    private static readonly int s_count = int.TryParse(Environment.GetEnvironmentVariable("INFERENCE_SERVER_FUZZ"), out int count) ? count : 2000;
    private static readonly int s_seed = int.TryParse(Environment.GetEnvironmentVariable("INFERENCE_SERVER_FUZZ_SEED"), out int seed) ? seed : 1;

    private static readonly string[] s_words =
    [
        "inputs", "outputs", "name", "shape", "datatype", "data", "parameters", "binary_data_size", "binary_data", "classification", "id", "FP32", "BYTES", "BOOL", "FP16", "INT64", "null", "true", "-1", "1e999", "0", "[]", "{}",
        "\"\\ud800\"", "\"\\u0000\"", "9223372036854775807", "18446744073709551616", "\"x\"", "[[", "]]", "\"NaN\"", "timeout", "priority",
    ];

    [Fact]
    public async Task Rest_MutatedRequests_NeverFailTheServer()
    {
        var runner = new FakeRunner();
        await using Served served = await Served.StartAsync(runner);
        byte[] raw = MemoryMarshal.AsBytes<float>([7, 1, 2, 3, 8, 1, 2, 3]).ToArray();
        (string Json, byte[] Binary)[] seeds =
        [
            ("""{"id":"42","inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[5,1,2,3]}]}""", []),
            ("""{"inputs":[{"data":[[5,1,2,3],[6,1,2,3]],"name":"x","shape":[2,4],"datatype":"FP32"}],"outputs":[{"name":"y","parameters":{"classification":2}}],"parameters":{"timeout":1000000,"priority":1}}""", []),
            ("""{"inputs":[{"name":"x","shape":[2,4],"datatype":"FP32","parameters":{"binary_data_size":32}}],"parameters":{"binary_data_output":true}}""", raw),
        ];
        await RunAsync(async random =>
        {
            (string json, byte[] binary) = seeds[random.Next(seeds.Length)];
            byte[] head = Mutate(random, Encoding.UTF8.GetBytes(json), words: true), body = [.. head, .. Mutate(random, binary, words: false)];
            var content = new ByteArrayContent(body);
            var request = new HttpRequestMessage(HttpMethod.Post, "v2/models/fake/infer") { Content = content };
            if (binary.Length > 0)
            {
                request.Headers.TryAddWithoutValidation("Inference-Header-Content-Length", random.Next(10) == 0 ? $"{random.Next(-5, body.Length + 5)}" : $"{head.Length}");
            }

            if (random.Next(20) == 0)
            {
                content.Headers.TryAddWithoutValidation("Content-Encoding", random.Next(2) == 0 ? "gzip" : "deflate");
            }

            request.Headers.TransferEncodingChunked = random.Next(4) == 0;
            int before = runner.Calls;
            HttpResponseMessage response = await served.Http.SendAsync(request);
            string answer = await response.Content.ReadAsStringAsync();
            Assert.True(response.StatusCode is HttpStatusCode.OK or (>= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError), $"{(int)response.StatusCode} {answer} for {Encoding.UTF8.GetString(body)}");
            Assert.True(response.StatusCode != HttpStatusCode.OK ? answer.Contains("\"error\"", StringComparison.Ordinal) : runner.Calls > before, answer);
        });
        Assert.Equal(0, served.BytesInFlight);
    }

    [Fact]
    public async Task Grpc_MutatedRequests_NeverFailTheServer()
    {
        await using Served served = await Served.StartAsync(new FakeRunner());
        using var raw = new RawGrpc(served.GrpcAddress);
        using NamedValues rows = FakeModel.Rows(5, 6);
        ModelInferRequest[] requests = [Wires.Grpc("fake", rows, raw: true), Wires.Grpc("fake", rows, raw: false)];
        requests[0].Parameters["timeout"] = new InferParameter { Int64Param = 1_000_000 };
        requests[1].Outputs.Add(new ModelInferRequest.Types.InferRequestedOutputTensor { Name = "y", Parameters = { ["classification"] = new InferParameter { Int64Param = 1 } } });
        byte[][] seeds = [.. requests.Select(r => r.ToByteArray())];
        await RunAsync(async random =>
        {
            byte[] message = Mutate(random, seeds[random.Next(seeds.Length)], words: false);
            try
            {
                ModelInferResponse.Parser.ParseFrom(await raw.InferAsync(message));
            }
            catch (RpcException exception)
            {
                // A mutated time limit may pass; all else is the caller's fault.
                Assert.True(exception.StatusCode is StatusCode.InvalidArgument or StatusCode.NotFound or StatusCode.ResourceExhausted or StatusCode.DeadlineExceeded, $"{exception.Status} for {Convert.ToHexString(message)}");
            }
        });
        Assert.Equal(0, served.BytesInFlight);
    }

    private static async Task RunAsync(Func<Random, Task> one)
    {
        int next = 0;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            for (int i; (i = Interlocked.Increment(ref next)) <= s_count;)
            {
                await one(new Random(HashCode.Combine(s_seed, i)));
            }
        })));
    }

    private static byte[] Mutate(Random random, byte[] bytes, bool words)
    {
        var list = new List<byte>(bytes);
        for (int edits = random.Next(4); edits > 0; edits--)
        {
            int at = random.Next(list.Count + 1), length = random.Next(1, 9);
            switch (random.Next(words ? 6 : 5))
            {
                case 0 when list.Count > 0:
                    list[Math.Min(at, list.Count - 1)] = (byte)random.Next(256);
                    break;
                case 1:
                    list.Insert(at, (byte)random.Next(256));
                    break;
                case 2:
                    list.RemoveRange(at, Math.Min(length, list.Count - at));
                    break;
                case 3:
                    list.InsertRange(at, list.GetRange(random.Next(at + 1), 0).Concat(list.Skip(random.Next(list.Count + 1)).Take(length)).ToArray());
                    break;
                case 4:
                    list.RemoveRange(at, list.Count - at);
                    break;
                case 5:
                    list.InsertRange(at, Encoding.UTF8.GetBytes(s_words[random.Next(s_words.Length)]));
                    break;
            }
        }

        return [.. list];
    }
}
