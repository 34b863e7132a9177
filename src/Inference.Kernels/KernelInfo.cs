namespace Inference.Kernels;

/// <summary>One row of the kernel inventory.</summary>
/// <param name="Family">What the kernel computes, for example <c>gemm_f32</c>.</param>
/// <param name="Name"><c>family_types_tile_isa</c>; the same in code, tests and benchmarks.</param>
/// <param name="Tier">Instruction sets that it needs.</param>
/// <param name="Supported">Whether this process can run it.</param>
/// <param name="Chosen">Whether it is the one that the family uses here.</param>
public readonly record struct KernelInfo(string Family, string Name, IsaTier Tier, bool Supported, bool Chosen);
