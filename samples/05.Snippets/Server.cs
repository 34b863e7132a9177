using System.Net;
using Inference;
using Inference.AspNetCore;
using Inference.Batching;
using Inference.Diagnostics;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Snippets;

internal static class Server
{
    public static void Start(string[] args)
    {
        #region server
        var builder = WebApplication.CreateSlimBuilder(args);
        builder.Services.AddModel("ranker", o => o.Path = "models/ranker.onnx").UseBatching();
        builder.Services.AddOpenInference();

        var app = builder.Build();
        app.MapOpenInference();
        app.Run();
        #endregion
    }

    public static void Ports(WebApplicationBuilder builder)
    {
        #region server-ports
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 8000, listen => listen.Protocols = HttpProtocols.Http1);   // REST
            kestrel.Listen(IPAddress.Loopback, 8001, listen => listen.Protocols = HttpProtocols.Http2);   // gRPC
        });
        #endregion
    }

    public static void Dashboard(WebApplicationBuilder builder)
    {
        #region server-dashboard
        builder.Services.AddInferenceDashboard(o =>
        {
            o.Title = "Shop models";
            o.CoreHourPrice = 0.045;                                                   // the cost of 1,000 calls is estimated from it
        });
        #endregion
        WebApplication app = builder.Build();
        #region server-dashboard-map
        app.MapInferenceDashboard("/dashboard");
        #endregion
    }

    public static void Keys(IServiceCollection services)
    {
        #region server-keys
        services.AddAuthentication().AddApiKeys(o =>
        {
            o.Keys.Add(new ApiKey { Name = "shop", Sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08" });
            o.Keys.Add(new ApiKey { Name = "operator", Sha256 = "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752", Roles = { "admin" } });
        });
        services.AddAuthorizationBuilder()
            .AddPolicy("callers", p => p.AddAuthenticationSchemes(ApiKeyOptions.DefaultScheme).RequireAuthenticatedUser())
            .AddPolicy("operators", p => p.AddAuthenticationSchemes(ApiKeyOptions.DefaultScheme).RequireRole("admin"));
        services.AddOpenInference(o =>
        {
            o.Policies.Infer = "callers";
            o.Policies.Admin = "operators";                                            // offers index, load and unload
            o.ModelPolicies["fraud"] = new OpenInferencePolicies { Infer = "operators" };
        });
        #endregion
    }

    public static void Tokens(IServiceCollection services)
    {
        #region server-jwt
        services.AddAuthentication().AddJwtBearer(o =>
        {
            o.Authority = "https://login.example.com";
            o.Audience = "inference";
        });
        services.AddAuthorizationBuilder()
            .AddPolicy("callers", p => p.AddAuthenticationSchemes(JwtBearerDefaults.AuthenticationScheme).RequireClaim("scope", "inference"));
        #endregion
    }

    public static void Own(WebApplication app)
    {
        #region server-own
        app.MapPost("/score", async (ScoreRequest request, [FromKeyedServices("ranker")] IModelRunner ranker, HttpContext http) =>
        {
            using var inputs = new NamedValues { ["features"] = TensorValue.Copy(request.Features, [1, request.Features.Length]) };
            using NamedValues outputs = await ranker.RunAsync(inputs, RunContext.From(http), http.RequestAborted);
            return Results.Ok(outputs["score"].AsSpan<float>()[0]);
        });
        #endregion
    }

    public static void Metrics(WebApplicationBuilder builder, WebApplication app)
    {
        #region server-metrics
        builder.Services.AddOpenTelemetry()
            .WithMetrics(m => m.AddMeter(InferenceDiagnostics.MeterName).AddPrometheusExporter())
            .WithTracing(t => t.AddSource(InferenceDiagnostics.ActivitySourceName));
        #endregion

        #region server-scrape
        app.MapPrometheusScrapingEndpoint();
        #endregion
    }

    internal sealed record ScoreRequest(float[] Features);
}
