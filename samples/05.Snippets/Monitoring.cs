using Inference;
using Inference.Monitoring;
using Microsoft.Extensions.DependencyInjection;

namespace Snippets;

internal static class Monitoring
{
    public static void Stage(IServiceCollection services)
    {
        #region monitoring
        services.AddModel("ranker", o => o.Source = ModelSource.File("ranker.onnx"))
                .PerVersion(v => v.UseMonitoring(o => o.ProfilePath = "profiles/{model}.profile"));
        #endregion
    }

    public static void Profile(IModelRunner ranker, NamedValues rows, TensorValue labels)
    {
        #region monitoring-profile
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
}
