namespace Inference.Fuzz.Mutation;

/// <summary>Damages bytes without knowing what they mean.</summary>
internal static class ByteMutator
{
    public static (byte[] Bytes, string Kind) Mutate(byte[] model, Random random)
    {
        byte[] bytes = [.. model];

        // Structure sits at the ends of most files, weights in the middle: half of the damage is kept to the first and last 2 KiB.
        int At() => random.Next(2) == 0 || bytes.Length < 8192 ? random.Next(bytes.Length)
            : random.Next(2) == 0 ? random.Next(2048) : bytes.Length - 1 - random.Next(2048);
        switch (random.Next(7))
        {
            case 0:
                for (int i = random.Next(1, 9); i > 0; i--)
                {
                    bytes[At()] ^= (byte)(1 << random.Next(8));
                }

                return (bytes, "FlipBits");
            case 1:
                return (bytes[..random.Next(bytes.Length)], "Truncate");
            case 2:
                for (int i = random.Next(1, 17); i > 0; i--)
                {
                    bytes[At()] = (byte)random.Next(256);
                }

                return (bytes, "RandomBytes");
            case 3:
                int at = At();
                bytes.AsSpan(at, Math.Min(random.Next(1, 12), bytes.Length - at)).Fill(0xff);
                return (bytes, "LongVarint");
            case 4:
                int from = At();
                int length = Math.Min(random.Next(1, 256), bytes.Length - from);
                return ([.. bytes[..from], .. bytes.AsSpan(from, length), .. bytes[from..]], "DuplicateBytes");
            case 5:
                int start = At();
                return ([.. bytes[..start], .. bytes[Math.Min(bytes.Length, start + random.Next(1, 64))..]], "DeleteBytes");
            default:
                int zero = At();
                bytes.AsSpan(zero, Math.Min(random.Next(1, 64), bytes.Length - zero)).Clear();
                return (bytes, "ZeroBytes");
        }
    }
}
