using Inference;
using Inference.Caching;
using Inference.Monitoring;
using Inference.Versioning;
using Microsoft.Extensions.DependencyInjection;

namespace Snippets;

internal static class Monitoring
{
    public static void Register(IServiceCollection services, string token)
    {
        #region monitoring-use
        services.AddModel("ranker", o => o.Source = ModelSource.Directory("models/ranker"))
                .UseVersioning()
                .PerVersion(v => v.UseMonitoring(o => o.ProfilePath = "profiles/{model}-{version}.profile").UseCaching());

        // all alerts to one URL, and to a receiver of your own
        services.AddWebhookAlerts(o => { o.Url = new Uri("https://hooks.example.com/alerts"); o.Headers["Authorization"] = $"Bearer {token}"; });
        services.AddAlertSink<Pager>();
        #endregion
    }

    public static void Profile(IModelRunner ranker, IEnumerable<NamedValues> referenceRows)
    {
        #region monitoring-profile
        using var builder = new ReferenceProfileBuilder(ranker.Info);
        foreach (NamedValues inputs in referenceRows)
        {
            using NamedValues outputs = ranker.Run(inputs);
            builder.Add(inputs, outputs);
        }

        builder.Build().Save("profiles/ranker-7.profile");
        #endregion
    }

    public static void ProfileOnce(IModelRunner ranker, NamedValues rows, TensorValue labels)
    {
        #region monitoring-profile-labels
        using var builder = new ReferenceProfileBuilder(ranker.Info);
        using NamedValues outputs = ranker.Run(rows);
        builder.Add(rows, outputs, labels);
        ReferenceProfile profile = builder.Build();
        profile.Save("profiles/ranker.profile");
        #endregion
    }

    public static MonitoringState State(IModelRunner ranker)
    {
        #region monitoring-state
        MonitoringSnapshot snapshot = ranker.GetService<IModelMonitor>()!.Snapshot;
        Console.WriteLine($"{snapshot.State}: {snapshot.Description}");
        #endregion
        return snapshot.State;
    }

    public static void Look(IModelRunner runner)
    {
        #region monitoring-look
        IModelMonitor monitor = runner.GetService<IModelMonitor>()!;
        MonitoringSnapshot now = monitor.Snapshot;                     // state, evidence, columns
        if (now.State == MonitoringState.Alarm)
        {
            Console.WriteLine(now.Description);
            monitor.Acknowledge("ana", "prices are in cents since today; a new profile follows");
        }
        #endregion
    }

    public static void Report(ReferenceProfile profile, IEnumerable<(NamedValues Inputs, NamedValues Outputs)> calls)
    {
        #region monitoring-report
        var report = new MonitoringReportBuilder(profile, new MonitoringReportOptions { BucketRows = 500 });
        foreach ((NamedValues inputs, NamedValues outputs) in calls)
        {
            report.Add(inputs, outputs);
        }

        File.WriteAllText("report.html", MonitoringReportPage.Render(report.Build()));
        #endregion
    }

    #region monitoring-sink
    internal sealed class Pager : IAlertSink
    {
        public ValueTask SendAsync(MonitoringAlert alert, CancellationToken cancellationToken = default)
        {
            Console.WriteLine($"{alert.At:u} {alert.Title}");
            return default;
        }
    }
    #endregion
}
