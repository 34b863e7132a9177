using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using Inference.Evaluation.Numerics;

namespace Inference.Evaluation.Tests.Numerics;

public sealed class ExactSumTests
{
    [Fact]
    public void Value_OfAnyDoubles_IsTheirExactSumRounded() =>
        Prop.ForAll(ArbMap.Default.ArbFor<double[]>(), values =>
        {
            double[] finite = [.. values.Where(double.IsFinite).SelectMany(static v => new[] { v, v * 1e-300, v * 1e200, -v }).Where(double.IsFinite)];
            var sum = new ExactSum();
            foreach (double value in finite)
            {
                sum.Add(value);
            }

            return sum.Value == Reference(finite);
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(new[] { 1e16, 1.0, -1e16 }, 1.0)]
    [InlineData(new[] { 1e308, 1e308, -1e308 }, 1e308)]
    [InlineData(new[] { 5e-324, 5e-324 }, 1e-323)]
    [InlineData(new[] { 9007199254740992.0, 1.0 }, 9007199254740992.0)]
    [InlineData(new[] { 9007199254740992.0, 1.0, 1.0 }, 9007199254740994.0)]
    [InlineData(new[] { 9007199254740992.0, 1.0, 5e-324 }, 9007199254740994.0)]
    [InlineData(new[] { double.PositiveInfinity, 1.0 }, double.PositiveInfinity)]
    [InlineData(new[] { double.PositiveInfinity, double.NegativeInfinity }, double.NaN)]
    [InlineData(new double[0], 0.0)]
    public void Value_OfHardAddends_IsRoundedOnce(double[] values, double expected)
    {
        var sum = new ExactSum();
        foreach (double value in values)
        {
            sum.Add(value);
        }

        Assert.Equal(expected, sum.Value);
    }

    [Fact]
    public void Value_OfMoreThanALongHolds_IsExact()
    {
        var sum = new ExactSum();
        for (int i = 0; i < 4096; i++)
        {
            sum.Add(9007199254740992.0);
        }

        sum.Add(-1);
        sum.Add(-36893488147419103232.0);
        Assert.Equal(-1, sum.Value);
    }

    private static double Reference(double[] values)
    {
        // In units of 2⁻¹⁰⁷⁴.
        BigInteger total = 0;
        foreach (double value in values)
        {
            long bits = BitConverter.DoubleToInt64Bits(value);
            int exponent = (int)((bits >> 52) & 0x7FF);
            BigInteger mantissa = (bits & 0xFFFFFFFFFFFFF) | (exponent == 0 ? 0 : 1L << 52);
            mantissa <<= Math.Max(exponent - 1, 0);
            total += value < 0 ? -mantissa : mantissa;
        }

        // Rounded by hand: 53 bits are kept, ties to even.
        BigInteger magnitude = BigInteger.Abs(total);
        int drop = (int)Math.Max(0, magnitude.GetBitLength() - 53);
        BigInteger kept = magnitude >> drop, rest = magnitude - (kept << drop), half = drop == 0 ? 1 : BigInteger.One << (drop - 1);
        kept += rest > half || (rest == half && drop > 0 && !kept.IsEven) ? 1 : 0;
        double result = Math.ScaleB((double)kept, drop - 1074);
        return total.Sign < 0 ? -result : result;
    }
}
