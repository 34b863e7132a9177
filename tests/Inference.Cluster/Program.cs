// usage: see eng/cluster.sh.
using System.Text.Json;
using Inference.Cluster;

try
{
    switch (args)
    {
        case ["run", .. var rest]:
            var settings = new ClusterSettings(rest);
            if (settings.Many > 0)
            {
                Console.WriteLine(JsonSerializer.Serialize(await ManyModels.RunAsync(settings).ConfigureAwait(false)));
                return 0;
            }

            using (var run = new ClusterRun(settings))
            {
                ClusterReport report = await run.RunAsync().ConfigureAwait(false);
                Console.WriteLine(JsonSerializer.Serialize(report));
                return report is { Wrong: 0, Failed: 0, DoubleDecisions: 0 } ? 0 : 1;
            }

        case ["silo", .. var rest]:
            return await SiloRole.RunAsync(new ClusterSettings(rest)).ConfigureAwait(false);
        case ["client", .. var rest]:
            return await ClientRole.RunAsync(new ClusterSettings(rest)).ConfigureAwait(false);
        default:
            Console.Error.WriteLine("usage: eng/cluster.sh --store memory|postgres|redis [--silos 3] [--seconds N] [--kills N] [--pauses N] [--partitions N] [--callers N] [--warm N] [--many N] [--json]");
            return 64;
    }
}
catch (ArgumentException exception)
{
    Console.Error.WriteLine(exception.Message);
    return 64;
}
