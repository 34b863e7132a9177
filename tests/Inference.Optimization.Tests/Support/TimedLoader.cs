using Inference.Onnx;

namespace Inference.Optimization.Tests.Support;

/// <summary>Runs models as another loader does; each run takes a given time of a clock that nothing else moves.</summary>
/// <param name="inner">Runs the models.</param>
/// <param name="milliseconds">The time of a run of a model.</param>
internal sealed class TimedLoader(IModelLoader inner, Func<OnnxModel, double> milliseconds) : IModelLoader
{
    public Clock Time { get; } = new();

    public async ValueTask<IModelRunner> LoadAsync(ModelSource source, ModelLoadOptions options, CancellationToken cancellationToken = default)
    {
        using OnnxModel model = ModelLoader.ReadModel(source, new ModelLoadOptions());
        return new Runner(await inner.LoadAsync(source, options, cancellationToken), Time, TimeSpan.FromMilliseconds(milliseconds(model)));
    }

    /// <summary>The clock that runs move.</summary>
    internal sealed class Clock : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Interlocked.Read(ref _now);

        public void Advance(TimeSpan time) => Interlocked.Add(ref _now, time.Ticks);
    }

    private sealed class Runner(IModelRunner inner, Clock clock, TimeSpan time) : IModelRunner
    {
        public ModelInfo Info => inner.Info;

        public ValueTask<NamedValues> RunAsync(NamedValues inputs, RunContext? context = null, CancellationToken cancellationToken = default)
        {
            clock.Advance(time);
            return inner.RunAsync(inputs, context, cancellationToken);
        }

        public object? GetService(Type serviceType, object? serviceKey = null) => inner.GetService(serviceType, serviceKey);

        public void Dispose() => inner.Dispose();

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
