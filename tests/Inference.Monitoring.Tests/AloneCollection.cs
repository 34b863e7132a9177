namespace Inference.Monitoring.Tests;

/// <summary>Tests that look at memory, so that no others may run beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneCollection
{
    public const string Name = "alone";
}
