namespace Inference.OnnxRuntime.Tests;

/// <summary>Tests that measure the process or change what it shares; they run after all others, one by one.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public class AloneCollection
{
    public const string Name = "alone";
}
