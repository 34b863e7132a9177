using Inference;
using Inference.Decisions;
using Inference.Status;
using Inference.Versioning;
using Loop;
using Microsoft.Extensions.DependencyInjection;

namespace Pipeline;

/// <summary>Serves the repository to simulated customers until the newest version is promoted or rolled back as a canary.</summary>
internal static class Service
{
    private const string Model = "buyers";
    private const int MostCalls = 200_000;

    /// <param name="repository">The model's folder in the repository.</param>
    /// <param name="publicKey">The key that versions must be signed by.</param>
    public static async Task RunAsync(string repository, string publicKey)
    {
        var services = new ServiceCollection();
        services.AddModel(Model, o => o.Path = repository).UseVersioning(o =>
        {
            o.Rollout = RolloutMode.Canary;
            o.Canary.Percent = 20;
            o.Canary.PromoteAfterCalls = 2_000;
            o.Signing.Required = true;
            o.Signing.Keys["pipeline"] = File.ReadAllText(publicKey);
        });
        await using ServiceProvider provider = services.BuildServiceProvider();
        IModelRunner runner = provider.GetRequiredKeyedService<IModelRunner>(Model);
        await runner.EnsureLoadedAsync();
        IModelVersions versions = provider.GetRequiredKeyedService<IModelVersions>(Model);
        string? tried = versions.Canary?.Version;
        Console.WriteLine(tried is null ? $"version {versions.DefaultVersion} serves, nothing to try" : $"version {versions.DefaultVersion} serves, version {tried} gets {versions.Canary!.Percent} % of the customers");

        var customers = new Customers(seed: 12);
        float[] features = new float[Customers.Features];
        for (int call = 0; call < MostCalls && versions.Canary is not null; call++)
        {
            customers.Next(features);
            using var inputs = new NamedValues { ["features"] = TensorValue.Copy<float>(features, [1, Customers.Features]) };
            (await runner.RunAsync(inputs, new RunContext { RoutingKey = $"customer-{call}" })).Dispose();
        }

        Decision? decision = (await versions.ReadAuditAsync()).LastOrDefault(d => d.Version == tried && d.Action is DecisionActions.Promote or DecisionActions.Rollback);
        Console.WriteLine(tried is null ? "" : $"{decision?.Action ?? "undecided"}: version {tried}: {decision?.Reason}");
        Console.WriteLine($"version {versions.DefaultVersion} serves");
    }
}
