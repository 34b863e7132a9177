using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Inference.AspNetCore;
using Inference.AspNetCore.Dashboard;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Inference.Dashboard.Tests;

/// <summary>A server with a dashboard on a free port of the loopback. Anybody may read; keys have the role <c>admin</c> or <c>reader</c>.</summary>
internal sealed class DashboardServer : IAsyncDisposable
{
    public const string AdminKey = "admin-key-for-tests-4ac5b2";
    public const string ReaderKey = "reader-key-for-tests-77d0e1";

    private readonly WebApplication _app;

    private DashboardServer(WebApplication app, string path)
    {
        _app = app;
        Address = new Uri(new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()), path.TrimEnd('/') + "/");
        Http = new HttpClient(new HttpClientHandler { UseCookies = true, AllowAutoRedirect = false }) { BaseAddress = Address };
    }

    public Uri Address { get; }

    public HttpClient Http { get; }

    public IServiceProvider Services => _app.Services;

    /// <summary>Starts a server.</summary>
    /// <param name="configure">Registers models.</param>
    /// <param name="path">The path of the dashboard.</param>
    /// <param name="options">Sets the options of the server; null for those of the tests.</param>
    public static async Task<DashboardServer> StartAsync(Action<IServiceCollection> configure, string path = "/", Action<OpenInferenceOptions>? options = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Services.AddAuthentication(ApiKeyOptions.DefaultScheme).AddApiKeys(keys =>
        {
            keys.Keys.Add(Key("dana", AdminKey, "admin"));
            keys.Keys.Add(Key("rob", ReaderKey, "reader"));
        });
        builder.Services.AddAuthorization(a => a.AddPolicy("admin", p => p.RequireRole("admin")));
        builder.Services.AddOpenInference(options ?? (static o => o.Policies.Admin = "admin"));
        builder.Services.AddInferenceDashboard(o =>
        {
            o.Title = "Shop models";
            o.CoreHourPrice = 0.045;
        });
        configure(builder.Services);
        WebApplication app = builder.Build();
        app.MapOpenInference();
        app.MapInferenceDashboard(path);
        await app.StartAsync();
        return new DashboardServer(app, path);
    }

    /// <summary>Starts a server of the demonstration, with its history.</summary>
    public static async Task<DashboardServer> StartAsync(Demo.DemoWorld world)
    {
        DashboardServer server = await StartAsync(world.Register);
        Demo.DemoWorld.FillHistory(server.Services.GetRequiredService<HistoryService>(), server.Services.GetRequiredService<ModelReader>().All);
        return server;
    }

    /// <summary>Reads JSON.</summary>
    public async Task<JsonNode> GetAsync(string path, string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"dashboard-api/{path}");
        Sign(request, key);
        using HttpResponseMessage response = await Http.SendAsync(request);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
    }

    /// <summary>Posts JSON as a page does: with its token.</summary>
    public async Task<HttpResponseMessage> PostAsync(string path, object body, string? key, bool withToken = true)
    {
        JsonNode session = await GetAsync("session", key);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"dashboard-api/{path}") { Content = JsonContent.Create(body) };
        Sign(request, key);
        if (withToken)
        {
            request.Headers.Add((string)session["tokenHeader"]!, (string)session["token"]!);
        }

        return await Http.SendAsync(request);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.DisposeAsync();
    }

    private static void Sign(HttpRequestMessage request, string? key)
    {
        if (key is not null)
        {
            request.Headers.Add("X-Api-Key", key);
        }
    }

    private static ApiKey Key(string name, string key, string role)
    {
        var made = new ApiKey { Name = name, Sha256 = ApiKey.Hash(key) };
        made.Roles.Add(role);
        return made;
    }
}
