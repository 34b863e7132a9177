using Inference;
using Inference.Status;

namespace Cluster;

/// <summary>Calls models, the first one most, and says every five seconds how the cluster is.</summary>
internal sealed class Traffic(IServiceProvider services, IClusterStatus cluster) : BackgroundService
{
    private long _calls;
    private long _failed;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        Task[] callers = [.. Enumerable.Range(0, 4).Select(i => CallAsync(i, stoppingToken))];
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(TimeSpan.FromSeconds(5), stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await TellAsync(stoppingToken);
        }

        await Task.WhenAll(callers);
    }

    private async Task CallAsync(int caller, CancellationToken stopping)
    {
        await Task.Yield();
        var random = new Random(caller);
        while (!stopping.IsCancellationRequested)
        {
            string name = random.Next(4) > 0 ? DemoModels.Names[0] : DemoModels.Names[random.Next(DemoModels.Names.Count)];
            using var inputs = new NamedValues { ["x"] = TensorValue.Copy<float>(DemoModels.Row(random.Next()), [1, DemoModels.Features]) };
            try
            {
                using NamedValues outputs = await services.GetRequiredKeyedService<IModelRunner>(name).RunAsync(inputs, cancellationToken: stopping);
                Interlocked.Increment(ref _calls);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (InferenceException exception)
            {
                Interlocked.Increment(ref _failed);
                Console.WriteLine(exception.Message);
                await Task.Delay(TimeSpan.FromSeconds(1), stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(5), stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task TellAsync(CancellationToken stopping)
    {
        try
        {
            Console.WriteLine($"{Interlocked.Read(ref _calls)} calls, {Interlocked.Read(ref _failed)} failed");
            foreach (SiloSnapshot silo in await cluster.ReadAsync(stopping))
            {
                Console.WriteLine($"  {silo.Name,-8} {silo.Bytes >> 20,3} of {silo.MaxBytes >> 20} MB  {silo.Calls,3} calls  {string.Join(' ', silo.Models)}");
            }
        }
        catch (Exception exception) when (exception is InferenceException or OperationCanceledException)
        {
            Console.WriteLine(exception.Message);
        }
    }
}
