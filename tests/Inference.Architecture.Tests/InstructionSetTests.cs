using Inference.Architecture.Tests.Instructions;

namespace Inference.Architecture.Tests;

/// <summary>What depends on an instruction set is a row of the kernel inventory: it is listed, tested and measured by its name.</summary>
public sealed class InstructionSetTests
{
    // What makes rows of the inventory: a method that does may ask which of them this process has.
    private static readonly HashSet<string> s_rows =
    [
        "Inference.Kernels.KernelRow", "Inference.Kernels.Simd.RowKernel.Variant", "Inference.Kernels.Gemm.Tiles.GemmF32Kernel", "Inference.Kernels.Gemm.DotF32Kernel",
        "Inference.Kernels.Quantized.Tiles.GemmS32Kernel", "Inference.Kernels.Elementwise.UnaryFunction.Variant", "Inference.Kernels.Elementwise.BinaryKernel.Variant",
    ];

    // Other places that ask, and why no row stands for them.
    private static readonly Dictionary<string, string> s_others = new()
    {
        ["Inference.Kernels.Elementwise.UnaryMap.Run"] = "chooses among the rows of its function by the number of elements",
        ["Inference.Kernels.Memory.ByteRuns.Copy"] = "copies bytes by portable vectors of the widest kind; no result depends on it",
        ["Inference.Kernels.Emit.CodeGeneration.IsAllowed"] = "whether code is assembled: rows of gemm_u8s8, depthwise_u8s8 and gemm_bf16 are supported where it was",
        ["Inference.Kernels.Quantized.Depthwise.VnniDepthwise.TryCreate"] = "whether code is assembled: a row of depthwise_u8s8 is supported where it was",
        ["Inference.Kernels.Quantized.Depthwise.VnniDepthwiseWeights.TryCreate"] = "packs weights for that row where it is supported",
        ["Inference.Kernels.Trees.TreeBitvectors.get_IsSupported"] = "whether the row of trees_f32 is supported",
        ["Inference.Kernels.Trees.TreeBitvectors.Create"] = "makes what that row runs on where it is supported",
        ["Inference.Optimization.Quantization.CpuFeatures.HasVnni"] = "a fact about the machine that a model is quantized for; no code is chosen",
        ["Inference.Optimization.Quantization.CpuFeatures.MaxWeightCode"] = "the same",
        ["Inference.Monitoring.Collection.FloatRun.Collect"] = "one of three forms that count the same integers; each is tested against the encoder of single values",
        ["Inference.Monitoring.Collection.FloatRun.Square"] = "an instruction for the low halves of lanes; the product is the same without",
        ["Inference.Operators.MatrixProduct.GenericProduct.Run"] = "one portable loop over vectors of either width; its sums are the same",
        ["Inference.Validation.NumberCheck`1.AreWithinBounds"] = "one portable loop, with vectors or without; not a kernel",
    };

    private static readonly string[] s_asks = ["get_IsSupported", "get_IsHardwareAccelerated", "get_IsAccelerated"];

    [Fact]
    public void Branches_OnAnInstructionSet_LieWhereRowsAreMade()
    {
        string[] asking =
        [
            .. Directory.GetFiles(AppContext.BaseDirectory, "Inference*.dll").Where(static f => !Path.GetFileName(f).Contains("Tests", StringComparison.Ordinal))
                .SelectMany(CalledMethods.Of)
                .Where(static m => m.Calls.Any(IsQuestion) && !m.Calls.Any(static c => c.Method is ".ctor" or "Add" && s_rows.Contains(c.Type)))
                // The instructions themselves, each under the row that names the type.
                .Where(static m => !m.Type.StartsWith("Inference.Kernels.Simd.", StringComparison.Ordinal))
                .Select(static m => $"{m.Type}.{m.Method}"),
        ];
        Assert.Equal(s_others.Keys.Order(), asking.Distinct().Order());
    }

    // `Vector<T>.IsSupported` asks about T.
    private static bool IsQuestion((string Type, string Method) call) =>
        s_asks.Contains(call.Method) && (call.Type.StartsWith("System.Runtime.Intrinsics.", StringComparison.Ordinal) || call.Type == "System.Numerics.Vector" || call.Type.StartsWith("Inference.Kernels.", StringComparison.Ordinal));
}
