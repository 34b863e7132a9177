using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using Inference.Rows;

namespace Inference.Abstractions.Tests.Rows;

/// <summary>The hash against its formula in whole numbers: every word, key and rotation counts, also those whose loss no sample of data would show.</summary>
public sealed class RowHashFormulaTests
{
    private static readonly BigInteger s_word = BigInteger.One << 64;

    private static readonly BigInteger[] s_keys = [0x6A09E667F3BCC909UL, 0xBB67AE8584CAA73BUL, 0x3C6EF372FE94F82BUL, 0xA54FF53A5F1D36F1UL];

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
        BigInteger a = (BigInteger)(seed % (UInt128)s_word) ^ s_keys[0];
        BigInteger b = (BigInteger)(seed / (UInt128)s_word) ^ s_keys[1];
        for (int i = 0; i < data.Length; i += 16)
        {
            byte[] words = new byte[16];
            Array.Copy(data, i, words, 0, Math.Min(16, data.Length - i));
            (a, b) = Step(a, b, BitConverter.ToUInt64(words), BitConverter.ToUInt64(words, 8));
        }

        (a, b) = Step(a, b, data.Length, type);
        (a, b) = Step(a, b, a, b);
        return (UInt128)((b * s_word) + a);
    }

    private static (BigInteger A, BigInteger B) Step(BigInteger a, BigInteger b, BigInteger x, BigInteger y) => (
        (Fold(a ^ x ^ s_keys[2], y ^ s_keys[3]) + Rotate(b) + x) % s_word,
        (Fold(b ^ y ^ s_keys[1], x ^ s_keys[0]) + Rotate(a) + y) % s_word);

    private static BigInteger Rotate(BigInteger value) => (value * (BigInteger.One << 29) % s_word) + (value / (BigInteger.One << 35));

    private static BigInteger Fold(BigInteger x, BigInteger y) => (x * y / s_word) ^ (x * y % s_word);
}
