using System.Net;
using System.Net.Sockets;
using System.Text;
using Inference.TestSupport;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.AspNetCore.Tests;

/// <summary>Connections outlive the requests that were refused on them, and slow or aborted bodies.</summary>
public sealed class ConnectionTests
{
    private const string OneRow = """{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[5,1,2,3]}]}""";

    [Theory]
    [InlineData("{", "")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","parameters":{"binary_data_size":16}}]} 0123456789""", "Inference-Header-Content-Length: 86\r\n")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","parameters":{"binary_data_size":999}}]}0123456789""", "Inference-Header-Content-Length: 95\r\n")]
    public async Task Infer_AfterARefusedRequest_IsAnsweredOnTheSameConnection(string body, string headers)
    {
        await using Served served = await Served.StartAsync(new FakeRunner());
        using var client = new TcpClient();
        await client.ConnectAsync(served.RestAddress.Host, served.RestAddress.Port);
        NetworkStream stream = client.GetStream();
        for (int i = 0; i < 20; i++)
        {
            await SendAsync(stream, body, headers);
            Assert.StartsWith("HTTP/1.1 400", await ReadAsync(stream));
        }

        await SendAsync(stream, OneRow, "");
        Assert.StartsWith("HTTP/1.1 200", await ReadAsync(stream));
    }

    [Fact]
    public async Task Infer_BodyInManyChunks_IsRead()
    {
        await using Served served = await Served.StartAsync(new FakeRunner());
        using var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(served.RestAddress.Host, served.RestAddress.Port);
        NetworkStream stream = client.GetStream();
        await stream.WriteAsync("POST /v2/models/fake/infer HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"u8.ToArray());
        foreach (char c in OneRow)
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"1\r\n{c}\r\n"));
        }

        await stream.WriteAsync("0\r\n\r\n"u8.ToArray());
        Assert.StartsWith("HTTP/1.1 200", await ReadAsync(stream));
    }

    [Fact]
    public async Task Infer_BinaryInChunksThatEndsEarly_Is400()
    {
        var runner = new FakeRunner();
        await using Served served = await Served.StartAsync(runner);
        const string Json = """{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","parameters":{"binary_data_size":16}}]}""";
        foreach (int sent in (int[])[0, 3, 15, 17])
        {
            var request = new HttpRequestMessage(HttpMethod.Post, "v2/models/fake/infer") { Content = new StreamContent(new Pieces([.. Encoding.UTF8.GetBytes(Json), .. new byte[sent]])) };
            request.Headers.TransferEncodingChunked = true;
            request.Headers.Add("Inference-Header-Content-Length", $"{Json.Length}");
            HttpResponseMessage response = await served.Http.SendAsync(request);
            Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        }

        Assert.Equal(0, runner.Calls);
    }

    [Fact]
    public async Task Infer_AbortedUploads_LeaveTheServerAndItsBudgetFree()
    {
        var runner = new FakeRunner();
        await using Served served = await Served.StartAsync(runner);
        for (int i = 0; i < 50; i++)
        {
            using var client = new TcpClient();
            await client.ConnectAsync(served.RestAddress.Host, served.RestAddress.Port);
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"POST /v2/models/fake/infer HTTP/1.1\r\nHost: a\r\nContent-Length: 50000000\r\n\r\n{OneRow}"));
            client.Client.LingerState = new LingerOption(true, 0);
        }

        Assert.Equal(HttpStatusCode.OK, (await served.PostAsync("v2/models/fake/infer", OneRow)).StatusCode);
        await Eventually.TrueAsync(() => served.BytesInFlight == 0L);
    }

    [Fact]
    public async Task Infer_BodiesThatTrickle_AreEndedWhileOthersAreAnswered()
    {
        await using Served served = await Served.StartAsync(services =>
        {
            services.AddKeyedSingleton<IModelRunner>("fake", new FakeRunner());
            services.Configure<KestrelServerOptions>(kestrel => kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 1_000_000, gracePeriod: TimeSpan.FromSeconds(1.5)));
        });
        TcpClient[] clients = [.. Enumerable.Range(0, 50).Select(_ => new TcpClient())];
        foreach (TcpClient client in clients)
        {
            await client.ConnectAsync(served.RestAddress.Host, served.RestAddress.Port);
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"POST /v2/models/fake/infer HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n{{"));
        }

        Assert.Equal(HttpStatusCode.OK, (await served.PostAsync("v2/models/fake/infer", OneRow)).StatusCode);
        await Eventually.TrueAsync(() => served.BytesInFlight == 0);
        byte[] head = new byte[12];
        await clients[0].GetStream().ReadExactlyAsync(head);
        Assert.Equal("HTTP/1.1 408", Encoding.ASCII.GetString(head));
        Array.ForEach(clients, client => client.Dispose());
    }

    [Fact]
    public async Task Infer_MoreBytesThanTheBudget_Is503()
    {
        await using Served served = await Served.StartAsync(new FakeRunner(), o => o.Limits.MaxBytesInFlight = 1 << 20);
        HttpResponseMessage response = await served.PostAsync("v2/models/fake/infer", OneRow + new string(' ', 1 << 20));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.NotNull(response.Headers.RetryAfter);
        Assert.Equal(HttpStatusCode.OK, (await served.PostAsync("v2/models/fake/infer", OneRow)).StatusCode);
    }

    [Fact]
    public async Task Infer_ClientThatGoesAway_CancelsTheCall()
    {
        var runner = new FakeRunner { Delay = _ => TimeSpan.FromMinutes(5) };
        await using Served served = await Served.StartAsync(runner);
        using var client = new TcpClient();
        await client.ConnectAsync(served.RestAddress.Host, served.RestAddress.Port);
        await SendAsync(client.GetStream(), OneRow, "");
        await Eventually.TrueAsync(() => runner.Active == 1);
        client.Client.LingerState = new LingerOption(true, 0);
        client.Close();
        await Eventually.TrueAsync(() => runner.Active == 0);
    }

    private static async Task SendAsync(NetworkStream stream, string body, string headers) =>
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"POST /v2/models/fake/infer HTTP/1.1\r\nHost: a\r\n{headers}Content-Length: {body.Length}\r\n\r\n{body}"));

    // The head and body of one response with a Content-Length.
    private static async Task<string> ReadAsync(NetworkStream stream)
    {
        var text = new StringBuilder();
        byte[] buffer = new byte[4096];
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (true)
        {
            int read = await stream.ReadAsync(buffer, timeout.Token);
            Assert.True(read > 0, $"The connection was closed after: {text}");
            text.Append(Encoding.ASCII.GetString(buffer, 0, read));
            string head = text.ToString();
            int end = head.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (end >= 0)
            {
                string length = head.Split("\r\n").First(line => line.StartsWith("Content-Length: ", StringComparison.OrdinalIgnoreCase))[16..];
                if (head.Length >= end + 4 + int.Parse(length))
                {
                    return head;
                }
            }
        }
    }

    // Few bytes a read.
    private sealed class Pieces(byte[] bytes) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => base.ReadAsync(buffer[..Math.Min(7, buffer.Length)], cancellationToken);
    }
}
