namespace Inference.Caching.Tests;

/// <summary>Tests that look at the memory of the whole process, so that no others may run beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneCollection
{
    public const string Name = "alone";
}
