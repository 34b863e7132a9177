using System.Text;
using System.Text.Json.Nodes;

namespace Inference.Dashboard.Tests;

/// <summary>Reads server-sent events.</summary>
internal static class EventReader
{
    /// <summary>The bytes of the first event of a new stream.</summary>
    public static async Task<ReadOnlyMemory<byte>> FirstAsync(DashboardServer server)
    {
        using Stream stream = await server.Http.GetStreamAsync("dashboard-api/stream");
        using var reader = new StreamReader(stream);
        return Encoding.UTF8.GetBytes((await reader.ReadLineAsync())!);
    }

    /// <summary>The contents of the next event with any.</summary>
    public static async Task<JsonArray> NextAsync(StreamReader reader)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (true)
        {
            string line = (await reader.ReadLineAsync(timeout.Token))!;
            if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                return JsonNode.Parse(line[6..])!.AsArray();
            }
        }
    }
}
