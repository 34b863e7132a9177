using Inference.AspNetCore.Models;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Inference.AspNetCore.Dashboard;

/// <summary>Takes a sample of every model each 10 seconds, so that a page that is opened shows what was before.</summary>
internal sealed class HistoryService(ModelReader reader, TimeProvider clock, ILogger<HistoryService> logger) : IHostedService, IDisposable
{
    private readonly Dictionary<string, ModelHistory> _histories = reader.All.ToDictionary(static m => m.Name, static _ => new ModelHistory(), StringComparer.Ordinal);
    private ITimer? _timer;
    private int _sampling;

    public ModelHistory Of(ServedModel model) => _histories[model.Name];

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var step = TimeSpan.FromSeconds(ModelHistory.StepSeconds);
        _timer = clock.CreateTimer(static state => ((HistoryService)state!).Sample(), this, step, step);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _timer?.Dispose();
        return Task.CompletedTask;
    }

    public void Dispose() => _timer?.Dispose();

    private void Sample()
    {
        if (Interlocked.Exchange(ref _sampling, 1) == 1)
        {
            return;
        }

        foreach (ServedModel model in reader.All)
        {
            try
            {
                _histories[model.Name].Sample(reader, model);
            }
#pragma warning disable CA1031 // A stage that cannot tell its state keeps no other from being seen.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                DashboardLog.CannotRead(logger, model.Name, exception);
            }
        }

        Volatile.Write(ref _sampling, 0);
    }
}
