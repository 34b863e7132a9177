using Inference;
using Inference.AspNetCore;
using Inference.Diagnostics;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using OpenTelemetry.Metrics;
using WebService;

switch (args.FirstOrDefault())
{
    case "publish":
        DemoModel.Publish(args[1], args.ElementAtOrDefault(2));
        return 0;
    case "load":
        return await LoadCommand.RunAsync(args.ElementAtOrDefault(1) ?? "http://localhost:5080", int.Parse(args.ElementAtOrDefault(2) ?? "10"));
}

var builder = WebApplication.CreateSlimBuilder(args);
DemoModel.PublishFirst();

// --- the part to copy -------------------------------------------------------------------------------------------------------------------------------
#region configured
builder.Services.AddModels(builder.Configuration.GetSection("Models"));
#endregion
builder.Services.AddSqliteFeedback("feedback/{model}.db");
builder.Services.AddAuthentication().AddApiKeys(builder.Configuration.GetSection("Keys"));
builder.Services.AddAuthorizationBuilder().AddPolicy("operators", policy => policy.AddAuthenticationSchemes(ApiKeyOptions.DefaultScheme).RequireRole("operator"));
builder.Services.AddOpenInference(server =>
{
    server.Policies.Admin = "operators";
    server.RoutingKeyHeader = "X-User";
});
builder.Services.AddInferenceDashboard(dashboard => dashboard.Title = "Scorer");
builder.Services.AddHealthChecks().AddModels();
builder.Services.AddOpenTelemetry().WithMetrics(metrics => metrics.AddMeter(InferenceDiagnostics.MeterName).AddPrometheusExporter());
// ----------------------------------------------------------------------------------------------------------------------------------------------------

builder.Services.ConfigureHttpJsonOptions(o => o.SerializerOptions.TypeInfoResolverChain.Insert(0, ServiceJson.Default));
WebApplication app = builder.Build();

app.MapOpenInference();
app.MapInferenceDashboard("/dashboard");
app.MapPrometheusScrapingEndpoint("/metrics");
app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false });
app.MapHealthChecks("/health/ready", new HealthCheckOptions { Predicate = check => check.Tags.Contains("ready") });
app.MapHealthChecks("/health");
app.MapScoring();
app.MapVersions();
app.Run();
return 0;
