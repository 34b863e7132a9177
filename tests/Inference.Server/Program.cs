using System.Net;
using Inference;
using Inference.Batching;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

// usage: Inference.Server HTTP_PORT GRPC_PORT [--batch] MODEL…      a model is a folder or a file; its name is the folder's
bool batch = args.Contains("--batch");
string[] rest = [.. args.Where(a => a != "--batch")];
WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
builder.Logging.ClearProviders();
builder.WebHost.ConfigureKestrel(kestrel =>
{
    kestrel.Listen(IPAddress.Loopback, int.Parse(rest[0]), listen => listen.Protocols = HttpProtocols.Http1);
    kestrel.Listen(IPAddress.Loopback, int.Parse(rest[1]), listen => listen.Protocols = HttpProtocols.Http2);
});
builder.Services.AddOpenInference();
foreach (string model in rest[2..])
{
    IModelBuilder added = builder.Services.AddModel(Path.GetFileName(Path.TrimEndingDirectorySeparator(model)), o => o.Path = model);
    if (batch)
    {
        added.UseBatching(o => o.WhenNotBatchable = NotBatchableMode.PassThrough);
    }
}

WebApplication app = builder.Build();
app.MapOpenInference();
await app.StartAsync();
string[] addresses = [.. app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses];
Console.WriteLine($"ready {addresses[0]} {addresses[1]}");
await app.WaitForShutdownAsync();
