using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Inference.Security;
using Inference.TestSupport;
using Inference.Tests.Limits;

namespace Inference.Tests.Security;

/// <summary>What remains of a decrypted model's weights in the process after it was disposed: searched for in all of its writable memory.</summary>
[Collection(AloneCollection.Name)]
public sealed class ZeroedMemoryTests
{
    [UnixFact]
    public async Task Dispose_DecryptedModel_LeavesNoWeightsInMemory()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        using var folder = new TemporaryFolder();
        IModelKeyProvider keys = EnvelopeProtectorTests.Keys("k");
        HashSet<ulong> needles = await PrepareAsync(folder, keys);
        int before = Count(needles);
        (int loaded, int planned) = LoadAndRun(folder, keys, needles);
        int after = Count(needles);
        int weights = needles.Count;
        Assert.True(loaded - before > weights * 9 / 10, $"before {before}, loaded {loaded}: the search does not find {weights} weights");
        Assert.True(planned - before > weights * 9 / 10, $"planned {planned}");

        Assert.True(after - before < weights / 20, $"before {before}, loaded {loaded}, planned {planned}, after {after} of {weights} weights");
    }

    // Apart, so that no local keeps what it used. The set holds the inverse of pairs of weights, which packing keeps together; the inverse is not searched for.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<HashSet<ulong>> PrepareAsync(TemporaryFolder folder, IModelKeyProvider keys)
    {
        byte[] weights = EncryptedLoadTests.Save(folder, seed: 11);
        await ModelEncryption.EncryptAsync(folder.File("plain", "m.onnx"), folder.File("secret", "model.onnx"), keys);
        HashSet<ulong> needles = [.. Enumerable.Range(256, 20_000).Select(i => ~BitConverter.ToUInt64(weights, 4 * i))];
        // The first 256 are the bias, which outputs repeat.
        Array.Clear(weights);
        return needles;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (int Loaded, int Planned) LoadAndRun(TemporaryFolder folder, IModelKeyProvider keys, HashSet<ulong> needles)
    {
        using IModelRunner runner = ModelRunner.Load(folder.File("secret"), new ModelLoadOptions { Keys = keys, Threads = 1 });
        int loaded = Count(needles);
        foreach (int rows in new[] { 1, 16 })
        {
            using var inputs = new NamedValues { ["x"] = TensorValue.Copy<float>(new float[rows * 256], [rows, 256]) };
            using NamedValues outputs = runner.Run(inputs);
        }

        return (loaded, Count(needles));
    }

    private static int Count(HashSet<ulong> needles)
    {
        // Garbage of before goes, with its memory.
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        int found = 0;
        byte[] buffer = GC.AllocateUninitializedArray<byte>(1 << 20, pinned: true);
        long own = Marshal.UnsafeAddrOfPinnedArrayElement(buffer, 0);
        using var memory = new FileStream("/proc/self/mem", FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        foreach (string line in File.ReadAllLines("/proc/self/maps"))
        {
            string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (!fields[1].StartsWith("rw", StringComparison.Ordinal) || fields is [.., "[vvar]" or "[vsyscall]"])
            {
                continue;
            }

            string[] range = fields[0].Split('-');
            long end = long.Parse(range[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            for (long at = long.Parse(range[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture); at < end;)
            {
                int length = (int)Math.Min(buffer.Length, end - at);
                int read;
                try
                {
                    read = RandomAccess.Read(memory.SafeFileHandle, buffer.AsSpan(0, length), at);
                }
                catch (IOException)
                {
                    break;
                }

                if (read <= 0)
                {
                    break;
                }

                Span<uint> words = MemoryMarshal.Cast<byte, uint>(buffer.AsSpan(0, read));
                for (int i = 0; i < words.Length - 1; i++)
                {
                    long address = at + 4L * i;
                    found += (address < own || address >= own + buffer.Length) && needles.Contains(~(words[i] | ((ulong)words[i + 1] << 32))) ? 1 : 0;
                }

                at += read;
            }
        }

        Array.Clear(buffer);
        return found;
    }
}
