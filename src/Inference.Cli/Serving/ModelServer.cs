using System.Net;
using Inference.AspNetCore;
using Inference.Batching;
using Inference.Caching;
using Inference.Cli.Running;
using Inference.Diagnostics;
using Inference.Monitoring;
using Inference.OnnxRuntime;
using Inference.Providers;
using Inference.Remote;
using Inference.Sequences;
using Inference.Versioning;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Metrics;

namespace Inference.Cli.Serving;

/// <summary>A server of the Open Inference Protocol over models in folders.</summary>
internal static class ModelServer
{
    // The role and the policy of those who have the key.
    private const string Operators = "operators";

    // Longer than the calls of a rolling deployment, shorter than what orchestrators wait before they kill.
    private static readonly TimeSpan s_drain = TimeSpan.FromSeconds(25);

    /// <summary>Builds the server.</summary>
    /// <exception cref="InferenceException">The options or the configuration are not valid.</exception>
    public static WebApplication Build(ServeOptions options)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ApplicationName = "inference", EnvironmentName = Environments.Production });
        if (options.Config is { } file)
        {
            builder.Configuration.AddJsonFile(Path.GetFullPath(file), optional: false, reloadOnChange: true);
        }

        builder.Logging.ClearProviders();
        builder.Logging.AddSimpleConsole(console => console.SingleLine = true);
        builder.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = s_drain);
        Listen(builder, options);
        AddModels(builder, options);
        builder.Services.AddAuthorization();
        builder.Services.AddOpenInference(server => server.Policies.Admin = options.AdminKey is null ? null : Operators);
        if (options.AdminKey is { } key)
        {
            builder.Services.AddAuthentication().AddApiKeys(keys => keys.Keys.Add(new ApiKey { Name = "admin", Sha256 = ApiKey.Hash(key), Roles = { Operators } }));
            builder.Services.AddAuthorizationBuilder().AddPolicy(Operators, policy => policy.AddAuthenticationSchemes(ApiKeyOptions.DefaultScheme).RequireRole(Operators));
        }

        if (options.HasDashboard)
        {
            builder.Services.AddInferenceDashboard();
        }

        builder.Services.AddSingleton<ShutdownDrain>();
        builder.Services.AddHostedService(static services => services.GetRequiredService<ShutdownDrain>());
        builder.Services.AddHealthChecks().AddModels();
        builder.Services.AddOpenTelemetry().WithMetrics(metrics => metrics.AddMeter(InferenceDiagnostics.MeterName).AddPrometheusExporter());

        WebApplication app = builder.Build();
        app.UseHostFiltering();
        app.Services.GetRequiredService<ShutdownDrain>().Use(app);
        app.MapOpenInference();
        app.MapHealthChecks("/health");
        app.MapPrometheusScrapingEndpoint("/metrics");
        if (options.HasDashboard)
        {
            app.MapInferenceDashboard("/");
        }

        return app;
    }

    /// <summary>The line that says that all models are loaded and where they are served.</summary>
    public static string ReadyLine(WebApplication app)
    {
        // In the order in which they were listened to.
        string[] addresses = [.. app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses];
        return $"ready {addresses[0]} {addresses[1].Replace("http://", "grpc://", StringComparison.Ordinal)}";
    }

    private static void Listen(WebApplicationBuilder builder, ServeOptions options)
    {
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
            kestrel.Listen(options.Http, listen => listen.Protocols = HttpProtocols.Http1);
            kestrel.Listen(options.Grpc, listen => listen.Protocols = HttpProtocols.Http2);
        });

        // Pages of other sites that resolve their name to this address send that name.
        builder.Services.Configure<HostFilteringOptions>(filter =>
        {
            filter.IncludeFailureMessage = false;
            filter.AllowedHosts =
            [.. options.Hosts, "localhost", "127.0.0.1", "[::1]", .. new[] { options.Http, options.Grpc }.Where(a => !IPAddress.Any.Equals(a.Address) && !IPAddress.IPv6Any.Equals(a.Address)).Select(HostOf)];
        });
    }

    private static string HostOf(IPEndPoint address) => address.Address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"[{address.Address}]" : address.Address.ToString();

    private static void AddModels(WebApplicationBuilder builder, ServeOptions options)
    {
        builder.Services.AddImages();
        if (options.Keys is { } keys)
        {
            builder.Services.AddSingleton(keys);
        }

        if (options.Backend == Backends.OnnxRuntime)
        {
            builder.Services.AddSingleton<ExecutionProvider>(_ => new OnnxRuntimeProvider(Backends.RuntimeOptions(options.Library)));
        }

        IConfigurationSection configured = builder.Configuration.GetSection("Models");
        if (configured.Exists())
        {
            builder.Services.AddModels(configured, [new BatchAxesStageBinding(), new BatchingStageBinding(), new CachingStageBinding(), new CascadeStageBinding(), new FallbackStageBinding(), new FeedbackStageBinding(), new MonitoringStageBinding(), new RemoteStageBinding(), new SequencesStageBinding(), new VersioningStageBinding()]);
        }

        foreach (FoundModel model in options.Models.Where(m => !configured.GetSection(m.Name).Exists()))
        {
            IModelBuilder added = builder.Services.AddModel(model.Name, o =>
            {
                o.Source = ModelSource.Directory(Path.GetFullPath(model.Path));
                if (options.Backend != Backends.Cpu)
                {
                    o.Providers.Add(options.Backend);
                }
            });
            if (model.HasVersions)
            {
                added.UseVersioning();
            }

            added.PerVersion(version => version.UseBatching(o => o.WhenNotBatchable = NotBatchableMode.PassThrough));
        }
    }
}
