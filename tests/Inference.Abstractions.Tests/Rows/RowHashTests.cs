using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using Inference.Rows;

namespace Inference.Abstractions.Tests.Rows;

public class RowHashTests
{
    public static TheoryData<ElementType> AllTypes => [.. AnyTensor.Types];

    [Theory]
    [MemberData(nameof(AllTypes))]
    public void Of_SameRowInAnotherTensor_IsTheSame(ElementType type)
    {
        using TensorValue source = AnyTensor.Make(type, [6, 8], 5);
        using TensorValue taken = TensorRows.Take(source, [4, 1]);
        Assert.Equal(RowHash.Of(source, 4, 7), RowHash.Of(taken, 0, 7));
        Assert.Equal(RowHash.Of(source, 1, 7), RowHash.Of(taken, 1, 7));
        Assert.NotEqual(RowHash.Of(source, 1, 7), RowHash.Of(source, 1, 8));
    }

    [Theory]
    [MemberData(nameof(AllTypes))]
    public void Of_RowsOfAllTypes_DifferExactlyWhereTheRowsDo(ElementType type) =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            using TensorValue tensor = AnyTensor.Make(type, [4, 8], seed);
            for (int a = 0; a < 4; a++)
            {
                for (int b = 0; b < 4; b++)
                {
                    if (RowEquality.AreEqual(tensor, a, tensor, b) != (RowHash.Of(tensor, a) == RowHash.Of(tensor, b)))
                    {
                        return false;
                    }
                }
            }

            return true;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Of_SameBytesOfAnotherTypeOrShape_Differs()
    {
        byte[] zeros = new byte[16];
        using TensorValue a = TensorValue.Copy<byte>(zeros, [1, 16]);
        using TensorValue b = TensorValue.Copy<byte>(zeros, [1, 4, 4]);
        using TensorValue c = TensorValue.Copy<sbyte>(new sbyte[16], [1, 16]);
        using TensorValue d = TensorValue.Copy<byte>(zeros, [2, 8]);
        UInt128[] hashes = [RowHash.Of(a, 0), RowHash.Of(b, 0), RowHash.Of(c, 0), RowHash.Of(d, 0)];
        Assert.Equal(4, hashes.Distinct().Count());
    }

    [Fact]
    public void Of_StringsSplitElsewhere_Differs()
    {
        using TensorValue a = TensorValue.Copy<string>(new[] { "ab", "c" }, [1, 2]);
        using TensorValue b = TensorValue.Copy<string>(new[] { "a", "bc" }, [1, 2]);
        Assert.NotEqual(RowHash.Of(a, 0), RowHash.Of(b, 0));
    }

    [Fact]
    public void OfBytes_TrailingZeros_Differ()
    {
        var seen = new HashSet<UInt128>();
        for (int length = 0; length < 100; length++)
        {
            Assert.True(seen.Add(RowHash.OfBytes(new byte[length])));
        }
    }

    [Fact]
    public void OfBytes_SparseData_HalvesDoNotCollide()
    {
        // Counters and single bits in 64 bytes: the inputs where weak mixers fail. 2²⁰ values collide in 64 good bits with probability 2⁻²⁵.
        var low = new HashSet<ulong>();
        var high = new HashSet<ulong>();
        byte[] data = new byte[64];
        int count = 0;
        for (int value = 0; value < 1 << 16; value++)
        {
            for (int at = 0; at < 16; at++)
            {
                Array.Clear(data);
                BitConverter.TryWriteBytes(data.AsSpan(at * 4), value + 1);
                UInt128 hash = RowHash.OfBytes(data);
                low.Add((ulong)hash);
                high.Add((ulong)(hash >> 64));
                count++;
            }
        }

        Assert.Equal(count, low.Count);
        Assert.Equal(count, high.Count);
    }

    [Fact]
    public void OfBytes_OneBitFlipped_ChangesAboutHalfTheBits()
    {
        var random = new Random(1);
        byte[] data = new byte[40];
        random.NextBytes(data);
        UInt128 plain = RowHash.OfBytes(data);
        double total = 0;
        for (int bit = 0; bit < data.Length * 8; bit++)
        {
            data[bit >> 3] ^= (byte)(1 << (bit & 7));
            int flipped = (int)UInt128.PopCount(plain ^ RowHash.OfBytes(data));
            data[bit >> 3] ^= (byte)(1 << (bit & 7));
            Assert.InRange(flipped, 32, 96);
            total += flipped;
        }

        Assert.InRange(total / (data.Length * 8), 60, 68);
    }

    [Fact]
    public void Continue_RowsOutside_Throws()
    {
        using TensorValue tensor = AnyTensor.Make(ElementType.Float32, [2, 3], 1);
        Assert.Throws<InferenceException>(() => RowHash.Continue(tensor, 1, new UInt128[2]));
    }
}
