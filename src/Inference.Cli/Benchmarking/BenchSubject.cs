using System.Diagnostics;
using Inference.Cli.Commands;
using Inference.Cli.Running;
using Inference.OnnxRuntime;

namespace Inference.Cli.Benchmarking;

/// <summary>A model loaded on one provider, with bound inputs if possible.</summary>
internal sealed class BenchSubject : IDisposable
{
    private readonly IModelRunner _runner;
    private readonly NamedValues _inputs;
    private BoundRun? _bound;

    private BenchSubject(string backend, IModelRunner runner, NamedValues inputs, bool bind, bool? spinning)
    {
        Backend = backend;
        Spinning = spinning;
        _runner = runner;
        _inputs = inputs;
        if (bind)
        {
            _bound = ((IBindable)runner.GetService(typeof(IBindable))!).Bind();
            foreach ((string name, ModelValue value) in inputs)
            {
                _bound.SetInput(name, (TensorValue)value);
            }
        }
    }

    public string Backend { get; }

    /// <summary>Whether ONNX Runtime's idle threads spin; null for other providers.</summary>
    public bool? Spinning { get; }

    /// <summary>Loads a model for a benchmark.</summary>
    /// <param name="backend">The provider.</param>
    /// <param name="options">The model and the number of threads.</param>
    /// <param name="spinning">For ONNX Runtime: whether idle threads spin.</param>
    public static async Task<IModelRunner> LoadAsync(string backend, BenchOptions options, bool spinning)
    {
        IModelLoader loader = Backends.Loader(backend, options.Library);
        if (backend == Backends.OnnxRuntime)
        {
            OnnxRuntimeOptions runtime = Backends.RuntimeOptions(options.Library);
            runtime.AllowSpinning = spinning;
            loader = ModelLoader.Only(new OnnxRuntimeProvider(runtime), keys: KeyFile.Provider);
        }

        return await loader.LoadAsync(ModelSource.File(options.Model), new ModelLoadOptions { Threads = options.Threads, Precision = options.Precision }).ConfigureAwait(false);
    }

    /// <summary>Loads a model to measure the cost of a start: with ONNX Runtime's package alone, if possible.</summary>
    /// <inheritdoc cref="LoadAsync"/>
    public static async Task<IModelRunner> StartAsync(string backend, BenchOptions options, bool spinning) =>
        backend == Backends.OnnxRuntime && PackageRunner.TryLoad(options, spinning) is { } plain ? plain : await LoadAsync(backend, options, spinning).ConfigureAwait(false);

    /// <summary>Wraps a loaded runner, which this object then owns.</summary>
    public static BenchSubject Over(string backend, IModelRunner runner, BenchInputs inputs, bool? spinning) =>
        new(backend, runner, inputs.Values, CanBind(runner, inputs), spinning);

    /// <summary>Whether bound runs are possible: all inputs are tensors, no input has a default, and the runner supports binding.</summary>
    public static bool CanBind(IModelRunner runner, BenchInputs inputs) =>
        inputs.AreTensors
        && runner.GetService(typeof(IBindable)) is not null
        && inputs.Values.All(v => runner.Info.Inputs.Any(p => p.Name == v.Key && !p.IsOptional));

    /// <summary>Whether this subject uses bound runs.</summary>
    public bool IsBound => _bound is not null;

    /// <summary>Switches to plain runs.</summary>
    public void Unbind()
    {
        _bound?.Dispose();
        _bound = null;
    }

    /// <summary>Runs once.</summary>
    public void Run()
    {
        if (_bound is { } bound)
        {
            bound.Run();
        }
        else
        {
            _runner.Run(_inputs).Dispose();
        }
    }

    /// <summary>Runs for a while and adds the time of each run, in ticks of <see cref="Stopwatch"/>.</summary>
    public void RunFor(long ticks, List<long> times)
    {
        long end = Stopwatch.GetTimestamp() + ticks;
        long stop;
        do
        {
            long start = Stopwatch.GetTimestamp();
            Run();
            stop = Stopwatch.GetTimestamp();
            times.Add(stop - start);
        }
        while (stop < end);
    }

    /// <summary>The managed bytes that one run allocates, on any thread: the minimum of several rounds, because other work in the process allocates too.</summary>
    public long AllocatedBytesPerRun(double medianMicroseconds)
    {
        int runs = (int)Math.Clamp(50_000 / Math.Max(medianMicroseconds, 1), 1, 200);
        long least = long.MaxValue;
        for (int round = 0; round < 3; round++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            for (int i = 0; i < runs; i++)
            {
                Run();
            }

            least = Math.Min(least, (GC.GetTotalAllocatedBytes(precise: true) - before) / runs);
        }

        return least;
    }

    public void Dispose()
    {
        _bound?.Dispose();
        _runner.Dispose();
    }
}
