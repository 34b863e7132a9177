namespace Inference;

/// <summary>An ordered list of stages that wraps a runner in all its middleware. Adding stages is not thread-safe.</summary>
public sealed class ModelPipeline : IModelPipelineBuilder
{
    private readonly List<(PipelineStage Stage, string Name, Func<IModelRunner, IServiceProvider, IModelRunner> Factory)> _stages = [];

    /// <summary>Creates an empty pipeline.</summary>
    public ModelPipeline(string modelName) => ModelName = modelName;

    /// <inheritdoc/>
    public string ModelName { get; }

    /// <summary>The kinds and names of the stages, outermost first.</summary>
    public IReadOnlyList<(PipelineStage Stage, string Name)> Stages => [.. _stages.Select(s => (s.Stage, s.Name))];

    /// <inheritdoc/>
    public void Add(PipelineStage stage, string name, Func<IModelRunner, IServiceProvider, IModelRunner> factory)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(factory);
        _stages.Add((stage, name, factory));
    }

    /// <summary>Checks the order of the stages.</summary>
    /// <param name="outer">Stages that wrap these, outermost first; null for none.</param>
    /// <exception cref="InferenceException">A stage is outside one that must wrap it; the message names both and the reason.</exception>
    public void Validate(ModelPipeline? outer = null)
    {
        (PipelineStage Stage, string Name) last = (PipelineStage.Custom, "");
        foreach ((PipelineStage Stage, string Name) current in (outer?.Stages ?? []).Concat(Stages))
        {
            if (current.Stage.Order is null)
            {
                continue;
            }

            if (current.Stage.Order < last.Stage.Order)
            {
                throw new InferenceException($"Model '{ModelName}': {last.Name} was added outside {current.Name}, but must be inside it: {last.Stage.Reason} Swap the two; the first stage added is the outermost.");
            }

            if (current.Stage == last.Stage && !current.Stage.MayRepeat)
            {
                throw new InferenceException($"Model '{ModelName}': {current.Name} was added twice; expected once. Remove one.");
            }

            last = current;
        }
    }

    /// <summary>Wraps a runner in the stages. If a stage fails, the runners created so far are disposed.</summary>
    /// <param name="innermost">The runner to wrap; owned by the result.</param>
    /// <param name="services">Passed to the stages; null for an empty provider.</param>
    /// <exception cref="InferenceException">The order of the stages is invalid, or a stage returned null.</exception>
    public IModelRunner Build(IModelRunner innermost, IServiceProvider? services = null)
    {
        ArgumentNullException.ThrowIfNull(innermost);
        IModelRunner runner = innermost;
        try
        {
            Validate();
            for (int i = _stages.Count - 1; i >= 0; i--)
            {
                runner = _stages[i].Factory(runner, services ?? EmptyServices.Instance)
                    ?? throw new InferenceException($"Model '{ModelName}': stage {i} ({_stages[i].Name}) returned null; expected a runner. Return the inner runner to add nothing.");
            }

            return runner;
        }
        catch
        {
            runner.Dispose();
            throw;
        }
    }

    private sealed class EmptyServices : IServiceProvider
    {
        public static readonly EmptyServices Instance = new();

        public object? GetService(Type serviceType) => null;
    }
}
