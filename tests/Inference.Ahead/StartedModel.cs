using System.Diagnostics;
using Inference.Cli.Data;

namespace Inference.Ahead;

/// <summary>A model that was loaded and ran once on its first data set.</summary>
internal sealed class StartedModel : IDisposable
{
    private readonly IModelRunner _runner;
    private readonly NamedValues _inputs;

    private StartedModel(IModelRunner runner, NamedValues inputs, TimeSpan load, TimeSpan firstRun)
    {
        _runner = runner;
        _inputs = inputs;
        Load = load;
        FirstRun = firstRun;
    }

    public TimeSpan Load { get; }

    public TimeSpan FirstRun { get; }

    /// <summary>Loads the model of a folder and runs it once; reading the inputs is not measured.</summary>
    public static StartedModel Start(string folder, ModelLoadOptions options)
    {
        long start = Stopwatch.GetTimestamp();
        IModelRunner runner = ModelLoader.Default.Load(ModelSource.Directory(folder), options);
        TimeSpan load = Stopwatch.GetElapsedTime(start);
        var inputs = new NamedValues();
        for (int i = 0; i < runner.Info.Inputs.Count; i++)
        {
            string file = Path.Combine(folder, "test_data_set_0", $"input_{i}.pb");
            if (File.Exists(file))
            {
                inputs.Add(runner.Info.Inputs[i].Name, ProtobufValues.Read(file, runner.Info.Inputs[i].Type));
            }
        }

        start = Stopwatch.GetTimestamp();
        runner.Run(inputs).Dispose();
        return new(runner, inputs, load, Stopwatch.GetElapsedTime(start));
    }

    /// <summary>The time of the first runs, the first included; null if more than <paramref name="limit"/>.</summary>
    public TimeSpan? TimeOfFirst(int runs, TimeSpan limit)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 1; i < runs; i++)
        {
            if (Stopwatch.GetElapsedTime(start) > limit)
            {
                return null;
            }

            _runner.Run(_inputs).Dispose();
        }

        return FirstRun + Stopwatch.GetElapsedTime(start);
    }

    public void Dispose()
    {
        _runner.Dispose();
        _inputs.Dispose();
    }
}
