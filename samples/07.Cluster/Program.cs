// Three silos and a client: run.sh starts them. A process is a silo (its number as the argument) or the client (no argument).
using Cluster;
using Inference;
using Inference.Status;

var place = new ClusterPlace(Environment.GetEnvironmentVariable("STORE") ?? "memory", Environment.GetEnvironmentVariable("CONNECTION") ?? "");
if (args is ["prepare"])
{
    DemoModels.Publish("models");
    await place.PrepareAsync();
    return;
}

WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning);
if (args is [var number])
{
    int index = int.Parse(number, System.Globalization.CultureInfo.InvariantCulture);
    builder.WebHost.UseUrls($"http://127.0.0.1:{8101 + index}");
    SiloSide.Add(builder, place, index);
}
else
{
    builder.WebHost.UseUrls("http://127.0.0.1:8100");
    ClientSide.Add(builder, place);
}

builder.Services.AddOpenInference();
builder.Services.AddInferenceDashboard(dashboard => dashboard.Title = args is [var n] ? $"Silo {n}" : "Client");
WebApplication app = builder.Build();
app.MapOpenInference();
app.MapInferenceDashboard("/dashboard");
app.MapGet("/cluster", async (IClusterStatus cluster, CancellationToken cancellationToken) => Results.Ok(await cluster.ReadAsync(cancellationToken)));
app.Run();
