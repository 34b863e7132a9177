using Inference.Onnx.Tests.Support;

namespace Inference.Onnx.Tests;

/// <summary>Damaged files give OnnxFormatException or a model whose every content can be asked for; nothing else.</summary>
public class MutationTests
{
    private const int Mutants = 1000;

    [Fact]
    public void Read_MutantsOfLinear_OnlyOwnException() => ReadMutants(SmallModels.Linear().ToArray(), seed: 1);

    [Fact]
    public void Read_MutantsOfVaried_OnlyOwnException() => ReadMutants(SmallModels.Varied().ToArray(), seed: 2);

    [Fact]
    public void Read_MutantsOfEveryField_OnlyOwnException() => ReadMutants(new ModelFaker(17).Model().ToArray(), seed: 3);

    [Fact]
    public void Read_MutantsOfTensor_OnlyOwnException()
    {
        for (var i = 0; i < Mutants; i++)
        {
            var random = new Random(i);
            var mutant = Mutate(new ModelFaker(i % 50).Tensor(3).ToArray(), random);
            Attempt(() => Touch(OnnxTensor.Read(mutant)), $"tensor mutant {i}");
        }
    }

    [Fact]
    public void Read_EveryTruncation_OnlyOwnException()
    {
        var bytes = SmallModels.Varied().ToArray();
        for (var length = 0; length < bytes.Length; length++)
        {
            Attempt(() => Touch(OnnxModel.Read(bytes.AsMemory(0, length))), $"truncation to {length}");
        }
    }

    [Fact]
    public void Read_RandomBytes_OnlyOwnException()
    {
        var random = new Random(5);
        for (var i = 0; i < Mutants; i++)
        {
            var bytes = new byte[random.Next(200)];
            random.NextBytes(bytes);
            Attempt(() => Touch(OnnxModel.Read(bytes)), $"random bytes {i}");
            Attempt(() => OnnxSequence.Read(bytes), $"random bytes {i} as sequence");
            Attempt(() => OnnxOptional.Read(bytes), $"random bytes {i} as optional");
            Attempt(() => OnnxMap.Read(bytes), $"random bytes {i} as map");
        }
    }

    private static void ReadMutants(byte[] bytes, int seed)
    {
        for (var i = 0; i < Mutants; i++)
        {
            var mutant = Mutate(bytes, new Random((seed * 1_000_003) + i));
            Attempt(() => Touch(OnnxModel.Read(mutant)), $"mutant {i} of seed {seed}");
        }
    }

    private static byte[] Mutate(byte[] bytes, Random random)
    {
        var mutant = bytes.ToArray();
        for (var edits = random.Next(1, 4); edits > 0 && mutant.Length > 1; edits--)
        {
            var at = random.Next(mutant.Length);
            var other = random.Next(mutant.Length);
            switch (random.Next(5))
            {
                case 0:
                    mutant = mutant[..at];
                    break;
                case 1:
                    mutant[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 2:
                    mutant[at] = (byte)random.Next(256);
                    break;
                case 3:
                    var length = random.Next(Math.Min(32, mutant.Length - other));
                    mutant = [.. mutant[..at], .. mutant[other..(other + length)], .. mutant[at..]];
                    break;
                default:
                    mutant = [.. mutant[..Math.Min(at, other)], .. mutant[Math.Max(at, other)..]];
                    break;
            }
        }

        return mutant;
    }

    private static void Attempt(Action action, string what)
    {
        try
        {
            action();
        }
        catch (OnnxFormatException e)
        {
            Assert.NotEmpty(e.Message);
        }
        catch (Exception e)
        {
            Assert.Fail($"{what}: {e}");
        }
    }

    /// <summary>Asks for every content; a model that was read must also write and read back.</summary>
    private static void Touch(OnnxModel model)
    {
        Touch(model.Graph);
        foreach (var function in model.Functions)
        {
            function.Nodes.ForEach(Touch);
        }

        if (!HasUnwritable(model.Graph))
        {
            OnnxModel.Read(model.ToArray());
        }
    }

    private static void Touch(OnnxGraph graph)
    {
        graph.Initializers.ForEach(t => Attempt(() => Touch(t), t.Name));
        graph.Nodes.ForEach(Touch);
    }

    private static void Touch(OnnxNode node)
    {
        foreach (var attribute in node.Attributes)
        {
            Attempt(() => Assert.NotNull(attribute.String), attribute.Name);
            Attempt(() => Assert.NotNull(attribute.Strings), attribute.Name);
            if (attribute.Tensor is { } tensor)
            {
                Attempt(() => Touch(tensor), tensor.Name);
            }

            if (attribute.Graph is { } graph)
            {
                Touch(graph);
            }
        }
    }

    private static void Touch(OnnxTensor tensor)
    {
        if (tensor.ElementType != OnnxElementType.String)
        {
            Assert.Equal(tensor.ByteCount, tensor.GetBytes().Length);
        }
    }

    /// <summary>External data that is not there cannot be embedded, and a kind without its value is refused: both say so when writing.</summary>
    private static bool HasUnwritable(OnnxGraph graph)
    {
        try
        {
            new OnnxModel { Graph = graph }.ToArray();
            return false;
        }
        catch (Exception e) when (e is OnnxFormatException or InvalidOperationException)
        {
            return true;
        }
    }
}
