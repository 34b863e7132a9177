using Inference.TestSupport;
using Inference.Tests.Support;
using TestData = Inference.TestSupport.TestData;

namespace Inference.Tests.Loading;

public sealed class DamagedFileTests
{
    private static readonly string[] s_models = ["mnist_mlp", "adult_wide_deep", "q_mnist_resnet_qdq_pc", "silero_vad_v5", "wine_xgb_tree"];

    [Fact]
    public void LoadAndRun_MutantsOfASmallModel_WorkOrGiveOurException() => Check(SmallModels.Dense(), 600, 1);

    [SharedDataFact("models")]
    public void LoadAndRun_MutantsOfRealModels_WorkOrGiveOurException()
    {
        foreach (string name in s_models)
        {
            Check(File.ReadAllBytes(TestData.Path("models", name, "model.onnx")), 80, 2);
        }
    }

    private static void Check(byte[] original, int count, int seed)
    {
        var random = new Random(seed);
        var options = new ModelLoadOptions { Threads = 1, MaxRunTime = TimeSpan.FromSeconds(2) };
        for (int i = 0; i < count; i++)
        {
            byte[] mutant = Mutate(original, random);
            try
            {
                using IModelRunner runner = ModelRunner.Load(ModelSource.Bytes(mutant), options);
                using NamedValues inputs = Zeros(runner.Info);
                using NamedValues outputs = runner.Run(inputs);
            }
            catch (InferenceException)
            {
            }
        }
    }

    private static byte[] Mutate(byte[] original, Random random)
    {
        if (random.Next(3) == 0)
        {
            return original[..random.Next(original.Length)];
        }

        byte[] mutant = (byte[])original.Clone();
        for (int flips = random.Next(1, 6); flips > 0; flips--)
        {
            // Half of the damage goes to the first kilobytes, where names, shapes and attributes lie close together.
            int at = random.Next(2) == 0 ? random.Next(Math.Min(4096, mutant.Length)) : random.Next(mutant.Length);
            mutant[at] ^= (byte)(1 << random.Next(8));
        }

        return mutant;
    }

    private static NamedValues Zeros(ModelInfo info)
    {
        var inputs = new NamedValues();
        foreach (ModelPort port in info.Inputs.Where(p => !p.IsOptional))
        {
            if (port.Type is not { Kind: ModelValueKind.Tensor, Shape: { } shape })
            {
                continue;
            }

            TensorValue zeros = TensorValue.Allocate(port.Type.ElementType, [.. shape.Select(d => Math.Min(d.Size ?? 1, 64))]);
            if (zeros.ElementType != ElementType.String)
            {
                zeros.AsWritableBytes().Clear();
            }

            inputs.Add(port.Name, zeros);
        }

        return inputs;
    }
}
