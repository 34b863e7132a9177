using System.CommandLine;
using Inference.Kernels;

namespace Inference.Cli.Running;

/// <summary>The precisions of products by their names on the command line.</summary>
internal static class Precisions
{
    private const string Single = "float32";
    private const string BFloat16 = "bfloat16";

    /// <summary>The option that names the precision.</summary>
    public static Option<string?> PrecisionOption(string name = "--precision") => new(name)
    {
        Description = $"Precision of products with constant weights on cpu: {Single} (default), or {BFloat16}, which rounds weights and values to 8 significant bits where this machine has kernels for it.",
    };

    /// <summary>Says on standard error where bfloat16 has no kernels here.</summary>
    public static void NoteMissing()
    {
        if (!KernelInventory.List().Any(static k => k.Family == "gemm_bf16" && k.IsChosen))
        {
            Console.Error.WriteLine($"note: this process has no {BFloat16} kernels (AVX512_BF16, executable memory); products run in {Single}.");
        }
    }

    /// <summary>Reads an option; says on standard error where bfloat16 has no kernels here, as the model then runs in float32.</summary>
    /// <exception cref="UsageException">There is no such precision.</exception>
    public static ModelPrecision Read(ParseResult result, Option<string?> option)
    {
        switch (result.GetValue(option)?.ToLowerInvariant())
        {
            case null or Single:
                return ModelPrecision.Float32;
            case BFloat16:
                NoteMissing();
                return ModelPrecision.AllowBFloat16;
            case var other:
                throw new UsageException($"{option.Name}: expected '{Single}' or '{BFloat16}', got '{other}'.");
        }
    }
}
