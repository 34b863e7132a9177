using System.Globalization;

namespace Inference.Onnx.Tests.Encryption;

/// <summary>Changes of containers: none may be accepted.</summary>
public sealed class TamperTests
{
    private const int Sealed = SecretModel.SegmentBytes + 16;

    [Fact]
    public async Task Read_EachByteOfTheStartChanged_IsRefused()
    {
        using var files = new SecretModel();
        await files.EncryptAsync();
        var bytes = File.ReadAllBytes(files.Secret);
        for (var i = 0; i < bytes.Length - DataBytes(bytes); i++)
        {
            foreach (var change in new byte[] { 1, 0x80, 0xFF })
            {
                var changed = bytes.ToArray();
                changed[i] ^= change;
                Assert.True(IsRefused(files, changed), $"byte {i}");
            }
        }
    }

    [Fact]
    public async Task Read_SegmentsExchangedWithinAndBetweenFiles_IsRefused()
    {
        using var files = new SecretModel();
        await files.EncryptAsync();
        var first = File.ReadAllBytes(files.Secret);
        await files.EncryptAsync();
        var second = File.ReadAllBytes(files.Secret);
        var start = first.Length - (int)DataBytes(first);
        int[] whole = [start, start + Sealed, first.Length - Sealed, first.Length - 2 * Sealed];
        foreach (var a in whole)
        {
            foreach (var b in whole.Where(b => b != a))
            {
                var swapped = first.ToArray();
                first.AsSpan(a, Sealed).CopyTo(swapped.AsSpan(b));
                Assert.True(IsRefused(files, swapped.ToArray()), $"{a} over {b}");
                first.AsSpan(b, Sealed).CopyTo(swapped.AsSpan(a));
                Assert.True(IsRefused(files, swapped), $"{a} and {b}");
            }

            var foreign = first.ToArray();
            second.AsSpan(a, Sealed).CopyTo(foreign.AsSpan(a));
            Assert.True(IsRefused(files, foreign), $"{a} of another file");
        }

        // The whole data, the header, and the key block of another encryption of the same model under the same key.
        Assert.True(IsRefused(files, [.. first[..start], .. second[start..]]));
        Assert.True(IsRefused(files, [.. second[..start], .. first[start..]]));
        const int KeyEnd = 20 + 4 + 5 + 60;
        Assert.True(IsRefused(files, [.. second[..KeyEnd], .. first[KeyEnd..]]));
        Assert.True(IsRefused(files, [.. first[..^Sealed]]));
        Assert.True(IsRefused(files, [.. first, .. first[^Sealed..]]));
    }

    /// <summary>TRUST_TAMPERS sets the number; eng/trust-fuzz.sh runs many.</summary>
    [Fact]
    public async Task Read_RandomTampers_NoneIsAccepted()
    {
        var count = int.Parse(Environment.GetEnvironmentVariable("TRUST_TAMPERS") ?? "500", CultureInfo.InvariantCulture);
        var random = new Random(int.Parse(Environment.GetEnvironmentVariable("TRUST_SEED") ?? "1", CultureInfo.InvariantCulture));
        using var files = new SecretModel();
        await files.EncryptAsync();
        var bytes = File.ReadAllBytes(files.Secret);
        await files.EncryptAsync();
        var other = File.ReadAllBytes(files.Secret);
        var memory = GC.GetTotalMemory(forceFullCollection: true);
        var tried = 0;
        while (tried < count)
        {
            var changed = Tamper(bytes, other, random);
            if (changed.AsSpan().SequenceEqual(bytes) || changed.AsSpan().SequenceEqual(other))
            {
                continue;
            }

            tried++;
            if (!IsRefused(files, changed))
            {
                var kept = Path.Combine(Path.GetTempPath(), $"accepted-{tried}.onnx");
                File.WriteAllBytes(kept, changed);
                Assert.Fail($"tamper {tried} was accepted: {kept}");
            }
        }

        Assert.True(GC.GetTotalMemory(forceFullCollection: true) < memory + (16 << 20));
    }

    private static byte[] Tamper(byte[] bytes, byte[] other, Random random)
    {
        var changed = bytes.ToArray();
        var start = bytes.Length - (int)DataBytes(bytes);
        switch (random.Next(9))
        {
            case 0:
                for (var i = random.Next(1, 4); i > 0; i--)
                {
                    changed[random.Next(changed.Length)] ^= (byte)(1 << random.Next(8));
                }

                return changed;
            case 1:
                changed[random.Next(start)] = (byte)random.Next(256);
                return changed;
            case 2:
                return changed[..random.Next(changed.Length)];
            case 3:
                var tail = new byte[random.Next(1, 100)];
                random.NextBytes(tail);
                return [.. changed, .. tail];
            case 4:
                var from = random.Next(changed.Length);
                var length = random.Next(1, changed.Length - from + 1);
                other.AsSpan(from, length).CopyTo(changed.AsSpan(from));
                return changed;
            case 5:
                var a = random.Next(changed.Length);
                var b = random.Next(changed.Length);
                var run = random.Next(1, changed.Length - Math.Max(a, b) + 1);
                bytes.AsSpan(a, run).CopyTo(changed.AsSpan(b));
                return changed;
            case 6:
                var cut = random.Next(changed.Length);
                return [.. changed[..cut], .. changed[Math.Min(changed.Length, cut + random.Next(1, 5000))..]];
            case 7:
                BitConverter.TryWriteBytes(changed.AsSpan(random.Next(start)), random.Next(4) switch { 0 => -1L, 1 => long.MaxValue, 2 => random.NextInt64(), _ => random.Next(100) });
                return changed;
            default:
                var at = start + random.Next(2) * Sealed;
                bytes.AsSpan(at, Sealed).CopyTo(changed.AsSpan(changed.Length - Sealed * random.Next(1, 3)));
                return changed;
        }
    }

    // As the reader computes it: two parts after the model, whose segments fill the end of the file.
    private static long DataBytes(byte[] bytes)
    {
        using var container = Inference.Onnx.Encryption.ContainerReader.Open(bytes);
        return container.Header.DataBytes;
    }

    private static bool IsRefused(SecretModel files, byte[] bytes)
    {
        try
        {
            files.ReadSecret(bytes);
            return false;
        }
        catch (OnnxFormatException)
        {
            return true;
        }
    }
}
