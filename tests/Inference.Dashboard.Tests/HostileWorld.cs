using Inference.Dashboard.Tests.Demo;
using Inference.Feedback;
using Inference.Monitoring;
using Inference.Status;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Dashboard.Tests;

/// <summary>A model for each hostile name, which it has everywhere that a name or a text may be.</summary>
internal static class HostileWorld
{
    public static void Register(IServiceCollection services, IEnumerable<string> names)
    {
        foreach (string name in names)
        {
            services.AddKeyedSingleton<IModelRunner>(name, Runner(name));
        }

        services.AddSingleton<IClusterStatus>(new DemoCluster(() => [.. names.Select(name => DemoCluster.Silo(name, 11_111, 0, name) with { Address = name })]));
    }

    private static DemoRunner Runner(string name)
    {
        var versions = new DemoVersions(
            name,
            DemoWorld.Version(name, ModelVersionState.Default, 5, labels: [name], lineage: new() { [name] = name }),
            DemoWorld.Version(name + "2", ModelVersionState.Canary, 5, name, [name + "2"]))
        {
            Shadow = new ShadowReport { Version = name, Compared = 1, Different = 1, Failed = 0, Dropped = 0, LargestDifference = 1, LastDifference = name },
            Canary = new CanaryStatus
            {
                Version = name + "2",
                Percent = 5,
                Calls = 1,
                Errors = 0,
                ControlCalls = 1,
                ControlErrors = 0,
                ErrorEvidence = 1,
                LatencyEvidence = 1,
                MetricEvidence = 1,
                Evidence = 500,
                Limit = 1000,
                Outcomes = new OutcomeTrialStatus { Trial = name, Outcome = name, Treatment = 1, Control = 1, SampleRatioMismatch = true },
            },
        };
        versions.Decide(name, name, name + "2", name, name, DateTimeOffset.UtcNow, (name, name));
        var monitor = new DemoMonitor(new MonitoringSnapshot
        {
            ModelName = name,
            ModelVersion = name,
            State = MonitoringState.Alarm,
            Description = name,
            UnwatchedTensors = [name],
            Rules = [new RuleSnapshot(name, MonitoringState.Alarm, name)],
            Performance = [new PerformanceSnapshot(name, 1, 1, 0, 2, 1, 1, 1)],
            Columns = [new ColumnSnapshot { Name = name, State = MonitoringState.Alarm, Rule = name, LogEvidence = 3 }],
            Segments = [new SegmentSnapshot { Column = name, Segment = name, State = MonitoringState.Alarm, Rows = 1 }],
        });
        var metric = new RealizedMetric { Name = name, ModelVersion = name, SegmentColumn = name, Segment = name, Rows = 1, Value = 1, Low = 0, High = 2 };
        ModelInfo info = DemoWorld.Info(name, name, DemoWorld.Port(name, ElementType.Float32, -1, 2)) with
        {
            Outputs = [DemoWorld.Port(name, ElementType.String, -1)],
            Provider = name,
            Metadata = new Dictionary<string, string> { [name] = name },
        };
        return new DemoRunner(info) { State = ModelState.Degraded, Description = name, Steps = [name] }
            .With<IModelVersions>(versions).With<IModelMonitor>(monitor).With<IColumnDistributions>(monitor).With<IAlertSilence>(monitor)
            .With<IModelTraffic>(new DemoTraffic(DemoWorld.Traffic(name, 1, 0.5, 0.001, 0.002, 0.003, 5, 1)))
            .With<IFeedbackStatus>(new DemoFeedback(new FeedbackSnapshot { ModelName = name, StoreError = name, Performance = [metric, metric with { Segment = null }] }));
    }
}
