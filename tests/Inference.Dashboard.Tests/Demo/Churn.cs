using Inference.Monitoring;
using Inference.Status;
using static Inference.Dashboard.Tests.Demo.DemoWorld;

namespace Inference.Dashboard.Tests.Demo;

/// <summary>A model whose data may have changed.</summary>
internal static class Churn
{
    public static DemoRunner Runner() => new DemoRunner(Info("churn", "5", Port("features", ElementType.Float32, -1, 40)) with { Outputs = [Port("probability", ElementType.Float32, -1, 1)] })
        .With<IModelVersions>(new DemoVersions("churn", Version("5", ModelVersionState.Default, 71_004), Version("4", ModelVersionState.Standby, 310_220)))
        .With<IModelTraffic>(new DemoTraffic(Traffic("5", 3.4, 0, 0.00022, 0.00041, 0.00066, 71_004, 0)))
        .With<IModelMonitor>(new DemoMonitor(new MonitoringSnapshot
        {
            ModelName = "churn",
            ModelVersion = "5",
            State = MonitoringState.Warning,
            Description = "'months_active' may be shifting: evidence 9.7, an alarm needs 11.8.",
            EvaluatedAt = DateTimeOffset.UtcNow.AddSeconds(-44),
            Rows = 71_004,
            RowsSeen = 71_004,
            LogEvidence = 9.7,
            Columns = [new ColumnSnapshot { Name = "months_active", State = MonitoringState.Warning, LogEvidence = 9.7, JensenShannon = 0.02, Psi = 0.08, KolmogorovSmirnov = 0.05 }, new ColumnSnapshot { Name = "plan", State = MonitoringState.Healthy, LogEvidence = 0.3, JensenShannon = 0.001, Psi = 0.002 }],
        }));
}
