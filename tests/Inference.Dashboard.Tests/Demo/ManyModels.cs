using Inference.Feedback;
using Inference.Monitoring;
using Inference.Status;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Dashboard.Tests.Demo;

/// <summary>Many models with many columns, whose figures stand still.</summary>
internal static class ManyModels
{
    public static void Register(IServiceCollection services, int models, int columns)
    {
        for (int i = 0; i < models; i++)
        {
            string name = $"model {i}";
            var monitor = new DemoMonitor(new MonitoringSnapshot
            {
                ModelName = name,
                ModelVersion = "2",
                State = MonitoringState.Healthy,
                EvaluatedAt = new DateTimeOffset(2026, 11, 1, 0, 0, 0, TimeSpan.Zero),
                Rows = 100_000,
                RowsSeen = 100_000,
                Columns = [.. Enumerable.Range(0, columns).Select(c => new ColumnSnapshot { Name = $"features[{c}]", State = MonitoringState.Healthy, LogEvidence = 0.1 * c, JensenShannon = 0.01, Psi = 0.02, KolmogorovSmirnov = 0.03 })],
            });
            services.AddKeyedSingleton<IModelRunner>(name, new DemoRunner(DemoWorld.Info(name, "2", DemoWorld.Port("features", ElementType.Float32, -1, columns)) with { Outputs = [DemoWorld.Port("score", ElementType.Float32, -1, 1)] })
                .With<IModelVersions>(new DemoVersions(name, DemoWorld.Version("2", ModelVersionState.Default, 10), DemoWorld.Version("1", ModelVersionState.Standby, 10)))
                .With<IModelTraffic>(new DemoTraffic(DemoWorld.Traffic("2", 10 + i, 0.1, 0.001, 0.002, 0.003, 1000, 10)) { IsStill = true })
                .With<IModelMonitor>(monitor).With<IColumnDistributions>(monitor).With<IAlertSilence>(monitor)
                .With<IFeedbackStatus>(new DemoFeedback(new FeedbackSnapshot
                {
                    ModelName = name,
                    Performance = [.. Enumerable.Range(0, columns).Select(c => new RealizedMetric { Name = "auc", ModelVersion = "2", SegmentColumn = "country", Segment = $"segment {c}", Rows = 1000, Value = 0.8, Low = 0.7, High = 0.9, Estimate = 0.8, EstimateLow = 0.79, EstimateHigh = 0.81 })],
                })));
        }
    }
}
