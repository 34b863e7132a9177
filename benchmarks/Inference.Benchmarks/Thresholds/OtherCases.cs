using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Inference.Kernels;
using Inference.Kernels.Memory;
using Inference.Kernels.Normalization;
using Inference.Kernels.Quantized;
using Inference.Onnx.Files;

namespace Inference.Benchmarks.Thresholds;

/// <summary>Choices besides products and convolutions.</summary>
internal static unsafe class OtherCases
{
    public static readonly ThresholdCase[] All =
    [
        new("Softmax.ShortRow", Softmax.ShortRow, "columns", ShortRow) { Most = Softmax.ShortRow },
        new("ByteTable.MinShuffled", ByteTable.MinShuffled, "bytes", Shuffled) { Least = 32 },
        new("ByteRuns.LongRun", ByteRuns.LongRun, "bytes", LongRun),
        new("NamedValues.Few", NamedValues.Few, "names", Names),
        new("FileContent.MapFromBytes", FileContent.MapFromBytes, "bytes", Mapped),
    ];

    // Fewer rows than a vector has lanes are done one by one, so fifteen at a time are.
    private static Choice ShortRow(long columns)
    {
        const int Rows = 240;
        var x = new Numbers(Rows * columns);
        var y = new Numbers(Rows * columns);
        return new(() => Run(Rows), () => Run(TileLimits.Lanes - 1), x, y);

        void Run(int atOnce)
        {
            var job = new Softmax.Job { X = x.F32, Y = y.F32, Columns = (nint)columns };
            for (int r = 0; r < Rows; r += atOnce)
            {
                Softmax.Kernel.Best(&job, r, r + atOnce);
            }
        }
    }

    private static Choice Shuffled(long count)
    {
        var x = new Numbers(count);
        var y = new Numbers(count);
        var table = new Numbers(64);
        return new(
            () =>
            {
                var job = new ByteTable.Job { X = x.Bytes, Y = y.Bytes, Table = table.Bytes };
                ByteTable.Kernel.Within(IsaTier.Scalar)(&job, 0, (nint)count);
            },
            () =>
            {
                var job = new ByteTable.Job { X = x.Bytes, Y = y.Bytes, Table = table.Bytes };
                ByteTable.ShuffleVectors(&job, 0, (nint)count);
            },
            x, y, table);
    }

    private static Choice LongRun(long run)
    {
        const int Rows = 16;
        nint step = 2 * (nint)run;
        var x = new Numbers(Rows * step);
        var y = new Numbers(Rows * run);
        return new(
            () => ByteRuns.Copy(x.Bytes, step, y.Bytes, (nint)run, Rows, (nint)run),
            () =>
            {
                for (nint r = 0; r < Rows; r++)
                {
                    LargeBlocks.Copy(x.Bytes + (r * step), y.Bytes + (r * (nint)run), run);
                }
            },
            x, y);
    }

    // A set is made, and each of its names looked up once.
    private static Choice Names(long count)
    {
        string[] names = [.. Enumerable.Range(0, (int)count).Select(i => $"feature_{i}")];
        string[] asked = [.. names.Select(n => new string(n))];
        int found = 0;
        return new(
            () =>
            {
                foreach (string name in asked)
                {
                    for (int i = 0; i < names.Length; i++)
                    {
                        if (string.Equals(names[i], name, StringComparison.Ordinal))
                        {
                            found += i;
                            break;
                        }
                    }
                }
            },
            () =>
            {
                var positions = new ConcurrentDictionary<string, int>(concurrencyLevel: 1, names.Length, StringComparer.Ordinal);
                for (int i = 0; i < names.Length; i++)
                {
                    positions[names[i]] = i;
                }

                foreach (string name in asked)
                {
                    found += positions[name];
                }
            });
    }

    // Each page of the file is read once.
    private static Choice Mapped(long bytes)
    {
        string path = Path.GetTempFileName();
        File.WriteAllBytes(path, new byte[bytes]);
        int sum = 0;
        return new(() => Read(FileContent.Open(path, long.MaxValue, map: false, "")), () =>
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
            Read(FileContent.Map(stream, bytes));
        }, new TemporaryFile(path));

        void Read(FileContent content)
        {
            ReadOnlySpan<byte> all = content.Slice(0, (int)bytes).Span;
            for (int i = 0; i < all.Length; i += Environment.SystemPageSize)
            {
                sum += all[i];
            }

            content.Dispose();
        }
    }

    private sealed class TemporaryFile(string path) : IDisposable
    {
        public void Dispose() => File.Delete(path);
    }
}
