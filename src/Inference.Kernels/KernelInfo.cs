namespace Inference.Kernels;

/// <summary>One row of the kernel inventory.</summary>
public sealed class KernelInfo
{
    /// <summary>The computation, for example <c>gemm_f32</c>.</summary>
    public required string Family { get; init; }

    /// <summary>The name, <c>family_types_tile_isa</c>; the same in code, tests and benchmarks.</summary>
    public required string Name { get; init; }

    /// <summary>The instruction sets that it requires.</summary>
    public required IsaTier Tier { get; init; }

    /// <summary>Whether this process can run it.</summary>
    public required bool IsAvailable { get; init; }

    /// <summary>Whether the family uses it in this process.</summary>
    public required bool IsChosen { get; init; }
}
