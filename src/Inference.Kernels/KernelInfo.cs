namespace Inference.Kernels;

/// <summary>One row of the kernel inventory.</summary>
/// <param name="Family">The computation, for example <c>gemm_f32</c>.</param>
/// <param name="Name">The name, <c>family_types_tile_isa</c>; the same in code, tests and benchmarks.</param>
/// <param name="Tier">The instruction sets that it requires.</param>
/// <param name="Supported">Whether this process can run it.</param>
/// <param name="Chosen">Whether the family uses it in this process.</param>
public readonly record struct KernelInfo(string Family, string Name, IsaTier Tier, bool Supported, bool Chosen);
