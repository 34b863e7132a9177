using Inference.Kernels.Memory;
using Inference.Kernels.Tests.Covering;

namespace Inference.Kernels.Tests.Memory;

[Covers(typeof(ByteRuns))]
public sealed unsafe class ByteRunsTests
{
    [Fact]
    public void Copy_AnyLengthAndStep_CopiesTheRunsAlone()
    {
        int[] lengths = [.. Enumerable.Range(1, 70), 127, 128, 129, 255, 300, (int)ByteRuns.LongRun - 1, (int)ByteRuns.LongRun, (int)ByteRuns.LongRun + 1];
        foreach (int bytes in lengths)
        {
            foreach ((int count, int fromGap, int toGap, int offset) in new[] { (1, 0, 0, 0), (3, 5, 0, 1), (4, -bytes, 3, 3), (0, 0, 0, 0), (7, 1, 1, 0) })
            {
                int fromStep = bytes + fromGap;
                int toStep = bytes + toGap;
                using NativeArray<byte> from = Fill.Bytes((Math.Max(0, count - 1) * fromStep) + bytes, bytes, offset);
                using NativeArray<byte> to = Fill.Bytes((Math.Max(0, count - 1) * toStep) + bytes, bytes + 1, offset);
                byte[] want = to.Span.ToArray();
                for (int r = 0; r < count; r++)
                {
                    from.Span.Slice(r * fromStep, bytes).CopyTo(want.AsSpan(r * toStep));
                }

                ByteRuns.Copy(from.Pointer, fromStep, to.Pointer, toStep, count, bytes);
                Assert.True(to.Span.SequenceEqual(want), $"{count} runs of {bytes} bytes");
                to.AssertIntact();
            }
        }
    }

    [Fact]
    public void Fill_AnyLength_RepeatsThePattern()
    {
        foreach (int size in new[] { 1, 2, 4, 8, 16 })
        {
            for (int count = 0; count <= 140; count++)
            {
                using NativeArray<byte> pattern = Fill.Bytes(size, count);
                using var to = new NativeArray<byte>(count * size, 1);
                ByteRuns.Fill(to.Pointer, pattern.Pointer, size, count);
                for (int i = 0; i < to.Length; i++)
                {
                    Assert.Equal(pattern[i % size], to[i]);
                }

                to.AssertIntact();
            }
        }
    }
}
