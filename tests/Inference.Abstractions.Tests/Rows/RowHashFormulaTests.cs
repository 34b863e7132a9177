using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;
using Inference.Rows;

namespace Inference.Abstractions.Tests.Rows;

/// <summary>The hash against its formula: seed, length and type count, also where no sample of data would show their loss.</summary>
public sealed class RowHashFormulaTests
{
    [Fact]
    public void OfBytes_EveryLength_IsTheFormula()
    {
        var random = new Random(3);
        for (int length = 0; length < 70; length++)
        {
            byte[] data = new byte[length];
            random.NextBytes(data);
            UInt128 seed = new((ulong)random.NextInt64(), (ulong)random.NextInt64());
            Assert.Equal(Formula(data, 0, seed), RowHash.OfBytes(data, seed));
        }
    }

    [Fact]
    public void Of_NumbersAndStrings_HashesTheShapeThenEachRow()
    {
        var seed = new UInt128(11, 12);
        using TensorValue numbers = TensorValue.Copy<short>([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], [2, 3, 2]);
        ulong type = ((ulong)ElementType.Int16 << 32) + 3;
        byte[] row = MemoryMarshal.AsBytes<short>([7, 8, 9, 10, 11, 12]).ToArray();
        Assert.Equal(Formula(row, type, Formula(Bytes([3, 2]), type, seed)), RowHash.Of(numbers, 1, seed));

        using TensorValue strings = TensorValue.Copy(["a", "b", "längere Zeile", ""], [2, 2]);
        type = ((ulong)ElementType.String << 32) + 2;
        UInt128 expected = Formula(Encoding.Unicode.GetBytes("längere Zeile"), type, Formula(Bytes([2]), type, seed));
        Assert.Equal(Formula([], type, expected), RowHash.Of(strings, 1, seed));
    }

    private static byte[] Bytes(long[] shape) => MemoryMarshal.AsBytes<long>(shape).ToArray();

    private static UInt128 Formula(byte[] data, ulong type, UInt128 seed)
    {
        var hash = new XxHash128();
        ulong[] words = new ulong[6];
        (words[0], words[1]) = Words(XxHash128.HashToUInt128(data, (long)(ulong)seed));
        (words[2], words[3]) = Words(seed);
        (words[4], words[5]) = ((ulong)data.Length, type);
        hash.Append(MemoryMarshal.AsBytes<ulong>(words));
        return hash.GetCurrentHashAsUInt128();
    }

    private static (ulong Low, ulong High) Words(UInt128 value) => ((ulong)value, (ulong)(value >> 64));
}
