namespace Inference.Dashboard.Tests.Demo;

/// <summary>A model that answers made-up numbers, with stages that tell what a dashboard shows. It stands for stages of a third party: nothing of it is known but the interfaces of the abstractions.</summary>
internal sealed class DemoRunner(ModelInfo info) : IModelRunner, IModelStatus
{
    private readonly Dictionary<Type, object> _services = [];

    public ModelInfo Info { get; } = info;

    public ModelState State { get; init; } = ModelState.Ready;

    public string Description { get; init; } = "";

    /// <summary>The steps that a call takes.</summary>
    public string[] Steps { get; init; } = [];

    public DemoRunner With<T>(T service)
        where T : class
    {
        _services[typeof(T)] = service;
        return this;
    }

    public async ValueTask<NamedValues> RunAsync(NamedValues inputs, RunContext? context = null, CancellationToken cancellationToken = default)
    {
        await Task.Yield();
        if (context is not null)
        {
            context.Record.VersionServed = Versions?.DefaultVersion ?? Info.Version;
            foreach (string step in Steps)
            {
                context.Record.AddStep(step);
            }

            context.Record.AddTiming("validation", TimeSpan.FromMicroseconds(11));
            context.Record.AddTiming("cache", TimeSpan.FromMicroseconds(38));
            context.Record.AddTiming("batch", TimeSpan.FromMicroseconds(240));
            context.Record.AddTiming("model", TimeSpan.FromMicroseconds(612));
        }

        var outputs = new NamedValues();
        foreach (ModelPort port in Info.Outputs)
        {
            long[] shape = [.. port.Shape!.Select(d => d.Size ?? 1)];
            int count = (int)shape.Aggregate(1L, (a, b) => a * b);
            outputs.Add(port.Name, port.Type.ElementType == ElementType.String
                ? TensorValue.Copy<string>([.. Enumerable.Range(0, count).Select(i => i == 0 ? "<b>positive</b>" : $"class {i}")], shape)
                : TensorValue.Copy<float>([.. Enumerable.Range(0, count).Select(i => 0.5f + (0.45f * MathF.Sin(1 + (i * 1.7f))))], shape));
        }

        return outputs;
    }

    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        if (serviceKey is string version && serviceType == typeof(IModelRunner))
        {
            return Versions?.Versions.Any(v => v.Version == version) == true ? this : null;
        }

        return _services.TryGetValue(serviceType, out object? service) ? service : serviceType.IsInstanceOfType(this) ? this : null;
    }

    public void Dispose()
    {
    }

    public ValueTask DisposeAsync() => default;

    private Status.IModelVersions? Versions => _services.GetValueOrDefault(typeof(Status.IModelVersions)) as Status.IModelVersions;
}
