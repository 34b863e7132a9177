namespace Inference.Dashboard.Tests;

/// <summary>Tests that measure, while no others run.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneTests
{
    public const string Name = "alone";
}
