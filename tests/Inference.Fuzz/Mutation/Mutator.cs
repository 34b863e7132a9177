using Inference.Onnx;

namespace Inference.Fuzz.Mutation;

/// <summary>Makes damaged models from a sound one: the same for the same seed.</summary>
internal static class Mutator
{
    /// <summary>A mutant of a model, and the name of what was done to it.</summary>
    /// <param name="model">The sound model's bytes.</param>
    /// <param name="seed">Tells mutants of one model apart.</param>
    public static (byte[] Bytes, string Kind) Mutate(byte[] model, int seed)
    {
        var random = new Random(seed);
        if (random.Next(5) < 2)
        {
            return ByteMutator.Mutate(model, random);
        }

        using OnnxModel copy = OnnxModel.Read(model);
        string kind = "";
        int steps = random.Next(4) == 0 ? 3 : 1;
        for (int i = 0; i < steps; i++)
        {
            Action<OnnxModel, Random>[] all = random.Next(3) == 0 ? HostileMutator.All : GraphMutator.All;
            Action<OnnxModel, Random> one = all[random.Next(all.Length)];
            one(copy, random);
            kind = kind.Length == 0 ? one.Method.Name : "Several";
        }

        try
        {
            return (copy.ToArray(), kind);
        }
        catch (InvalidOperationException)
        {
            // The writer refuses what cannot be written at all (an attribute without the value of its kind): the damage is done to the bytes instead.
            return ByteMutator.Mutate(model, random);
        }
    }

    /// <summary>Sizes and counts that break careless arithmetic.</summary>
    public static long Extreme(Random random) => random.Next(12) switch
    {
        0 => 0,
        1 => -1,
        2 => long.MaxValue,
        3 => long.MinValue,
        4 => int.MaxValue,
        5 => int.MinValue,
        6 => 1L << 32,
        7 => 1L << 40,
        8 => 100_000_000,
        9 => -random.Next(1, 100),
        10 => random.Next(1, 10),
        _ => random.NextInt64(),
    };
}
