using System.Collections.Concurrent;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Inference.Browser.Host;

/// <summary>Serves folders on a free port of the loopback address, remembers what was asked for, and receives what the page reports.</summary>
internal sealed class PageServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly IReadOnlyDictionary<string, string> _folders;
    private readonly Channel<(string Kind, JsonElement Body)> _reports = Channel.CreateUnbounded<(string, JsonElement)>();
    private readonly ConcurrentDictionary<string, byte> _served = new();
    private readonly FileExtensionContentTypeProvider _types = new();

    private PageServer(IReadOnlyDictionary<string, string> folders, object? work)
    {
        _folders = folders;
        _types.Mappings[".mjs"] = "text/javascript";
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        // With both headers the page's clock has steps of 5 µs.
        _app.Use((context, next) =>
        {
            context.Response.Headers["Cross-Origin-Opener-Policy"] = "same-origin";
            context.Response.Headers["Cross-Origin-Embedder-Policy"] = "require-corp";
            context.Response.Headers.CacheControl = "no-store";
            return next(context);
        });
        _app.MapGet("/work.json", (HttpContext context) => context.Response.WriteAsJsonAsync(work));
        _app.MapPost("/report/{kind}", async (string kind, HttpContext context) =>
        {
            JsonElement body = await JsonSerializer.DeserializeAsync<JsonElement>(context.Request.Body, cancellationToken: context.RequestAborted);
            await _reports.Writer.WriteAsync((kind, body), context.RequestAborted);
        });
        _app.MapGet("/{**path}", SendAsync);
    }

    public string Address => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    /// <summary>What the page reports, in order.</summary>
    public ChannelReader<(string Kind, JsonElement Body)> Reports => _reports.Reader;

    /// <summary>The files that were asked for.</summary>
    public IEnumerable<string> Served => _served.Keys.Order(StringComparer.Ordinal);

    /// <summary>Starts a server.</summary>
    /// <param name="folders">The folder of each first part of a path; that of the empty part serves what no other does.</param>
    /// <param name="work">What the page shall do.</param>
    public static async Task<PageServer> StartAsync(IReadOnlyDictionary<string, string> folders, object? work = null)
    {
        var server = new PageServer(folders, work);
        await server._app.StartAsync();
        return server;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private Task SendAsync(HttpContext context, string? path)
    {
        path = string.IsNullOrEmpty(path) ? "index.html" : path;
        string first = path.Split('/')[0];
        (string folder, string rest) = first != path && _folders.TryGetValue(first, out string? named) ? (named, path[(first.Length + 1)..]) : (_folders[""], path);
        string file = Path.GetFullPath(Path.Combine(folder, rest));
        if (!file.StartsWith(Path.GetFullPath(folder), StringComparison.Ordinal) || !File.Exists(file))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }

        _served[file] = 0;
        context.Response.ContentType = _types.TryGetContentType(file, out string? type) ? type : "application/octet-stream";
        return context.Response.SendFileAsync(file);
    }
}
