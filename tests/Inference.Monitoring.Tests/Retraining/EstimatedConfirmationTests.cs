using Inference.Status;
using Inference.TestSupport;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Inference.Monitoring.Tests.Retraining;

/// <summary>Drift and performance estimated without labels, through the real stages.</summary>
public sealed class EstimatedConfirmationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Drift_WithScoresThatPromiseLess_BeginsWithoutLabels(bool harmful)
    {
        var random = new Random(1);
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 3, 2, 0, 0, 0, TimeSpan.Zero));
        ReferenceProfile profile = Profile(random);
        RetrainingBundle? bundle = null;
        await using ServiceProvider services = new ServiceCollection().AddSingleton<TimeProvider>(clock).BuildServiceProvider();
        var pipeline = new ModelPipeline("m");
        pipeline.UseRetraining(o =>
        {
            o.Directory = _folder.File("r");
            o.MinimumLabels = 0;
            o.Confirmation = RetrainingConfirmation.Estimated;
            o.CheckInterval = TimeSpan.FromMinutes(10);
            o.Run = (b, _) =>
            {
                bundle = b;
                return default;
            };
        });
        pipeline.UseMonitoring(o =>
        {
            o.Profile = _ => profile;
            o.BucketDuration = TimeSpan.FromMinutes(10);
            o.Budget = null;
        });
        await using IModelRunner runner = pipeline.Build(new Echo(), services);
        RetrainingTrigger trigger = runner.GetService<RetrainingTrigger>()!;
        for (int bucket = 0; bucket < 40 && bundle is null; bucket++)
        {
            using NamedValues inputs = Inputs(random, 600, uncertain: harmful && bucket >= 6, shifted: bucket >= 6);
            (await runner.RunAsync(inputs)).Dispose();
            clock.Advance(TimeSpan.FromMinutes(10));
            await trigger.Completion;
        }

        Assert.Equal(MonitoringState.Alarm, runner.GetService<IModelMonitor>()!.Snapshot.State);
        if (!harmful)
        {
            Assert.Null(bundle);
            Assert.Equal(RetrainingState.Proposed, trigger.Status.State);
            return;
        }

        Assert.Contains("estimated", Assert.Single(bundle!.Reasons).Text, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(bundle.Path, "reference.profile")));
        Assert.True(File.Exists(Path.Combine(bundle.Path, "windows.bin")));
    }

    private static ReferenceProfile Profile(Random random)
    {
        using NamedValues inputs = Inputs(random, 20_000, uncertain: false, shifted: false);
        using NamedValues outputs = Echo.Answer(inputs);
        ReadOnlySpan<float> scores = ((TensorValue)outputs.GetAt(0).Value).AsSpan<float>();
        var labels = new long[scores.Length];
        for (int i = 0; i < labels.Length; i++)
        {
            labels[i] = random.NextDouble() < scores[i] ? 1 : 0;
        }

        using var builder = new ReferenceProfileBuilder(Echo.Model);
        builder.Add(inputs, outputs, TensorValue.Copy<long>(labels, [labels.Length]));
        return builder.Build();
    }

    // x[0] is the score, sure of itself or not; x[1] is another number.
    private static NamedValues Inputs(Random random, int rows, bool uncertain, bool shifted)
    {
        var x = new float[rows * 2];
        for (int i = 0; i < rows; i++)
        {
            double sure = random.NextDouble() * 0.2;
            x[2 * i] = (float)(uncertain ? 0.4 + sure : random.Next(2) == 0 ? sure : 1 - sure);
            x[(2 * i) + 1] = (float)(random.NextDouble() + (shifted ? 0.5 : 0));
        }

        return new NamedValues { ["x"] = TensorValue.Copy<float>(x, [rows, 2]) };
    }

    private sealed class Echo : IModelRunner
    {
        public static ModelInfo Model { get; } = new()
        {
            Name = "m", Version = "1", Digest = "d", BatchAxis = 0,
            Inputs = [new ModelPort("x", ModelValueType.Tensor(ElementType.Float32, [Dimension.Named("N"), Dimension.Fixed(2)]))],
            Outputs = [new ModelPort("p", ModelValueType.Tensor(ElementType.Float32, [Dimension.Named("N")]))],
        };

        public ModelInfo Info => Model;

        public static NamedValues Answer(NamedValues inputs)
        {
            ReadOnlySpan<float> x = ((TensorValue)inputs.GetAt(0).Value).AsSpan<float>();
            var p = new float[x.Length / 2];
            for (int i = 0; i < p.Length; i++)
            {
                p[i] = x[2 * i];
            }

            return new NamedValues { ["p"] = TensorValue.Copy<float>(p, [p.Length]) };
        }

        public ValueTask<NamedValues> RunAsync(NamedValues inputs, RunContext? context = null, CancellationToken cancellationToken = default) => new(Answer(inputs));

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => default;
    }
}
