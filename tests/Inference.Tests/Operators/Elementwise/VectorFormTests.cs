using System.Numerics;
using static Inference.Tests.Operators.OperatorHarness;

namespace Inference.Tests.Operators.Elementwise;

/// <summary>Operators whose runs are computed by vectors, against the plain formula: every length around a vector, operands dense and of one value, special values, one and three threads.</summary>
public sealed class VectorFormTests
{
    private static readonly double[] s_special =
        [0, -0.0, 1, -1, double.NaN, double.PositiveInfinity, double.NegativeInfinity, 2, 0.5, -7, 3.25, 127, -128, 255, 1e30, -1e-30, 7, 65504];

    public static TheoryData<string> Types() => ["f32", "f64", "f16", "bf16", "i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64"];

    [Theory]
    [MemberData(nameof(Types))]
    public void Arithmetic_EveryLength_EqualsFormula(string type)
    {
        switch (type)
        {
            case "f32": Check<float>(x => (float)x, floating: true); break;
            case "f64": Check<double>(x => x, floating: true); break;
            case "f16": CheckNarrow<Half>(x => (Half)x, x => (float)x); break;
            case "bf16": CheckNarrow<BFloat16>(x => (BFloat16)(float)x, x => (float)x); break;
            case "i8": Check<sbyte>(x => (sbyte)Whole(x), floating: false); break;
            case "i16": Check<short>(x => (short)Whole(x), floating: false); break;
            case "i32": Check<int>(x => (int)Whole(x), floating: false); break;
            case "i64": Check<long>(x => (long)(Whole(x) * 1e12), floating: false); break;
            case "u8": Check<byte>(x => (byte)Math.Abs(Whole(x)), floating: false); break;
            case "u16": Check<ushort>(x => (ushort)Math.Abs(Whole(x)), floating: false); break;
            case "u32": Check<uint>(x => (uint)Math.Abs(Whole(x)) * 30_000_000, floating: false); break;
            default: Check<ulong>(x => (ulong)Math.Abs(Whole(x)), floating: false); break;
        }
    }

    [Theory]
    [InlineData(long.MinValue, -1)]
    [InlineData(long.MaxValue, 3)]
    [InlineData(-4503599627370497, 1)]
    [InlineData(2251799813685247, 2251799813685247)]
    [InlineData(-2251799813685248, 2251799813685247)]
    [InlineData(9007199254740993, 2)]
    public void Div_LongsBeyondDouble_AreExact(long a, long b)
    {
        long[] left = [.. Enumerable.Repeat(a, 9)];
        long[] right = [.. Enumerable.Repeat(b, 9)];
        long quotient = b == -1 ? unchecked(-a) : a / b;
        Assert.Equal(Enumerable.Repeat(quotient, 9), Run("Div", [T(left), T(right)]).Span<long>().ToArray());
        Assert.Equal(Enumerable.Repeat(unchecked(a - (quotient * b)), 9), Run("Mod", [T(left), T(right)], ("fmod", 1L)).Span<long>().ToArray());
    }

    [Fact]
    public void Div_AZeroAmongMany_IsRefused() =>
        Refused("expected a divisor other than 0", "Div", [T(Enumerable.Range(0, 40).ToArray()), T(Enumerable.Range(0, 40).Select(i => 33 - i).ToArray())], []);

    [Fact]
    public void Fmod_Floats_EqualRemainder()
    {
        var random = new Random(5);
        float[] a = [.. Enumerable.Range(0, 4000).Select(i => (float)((random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-3, 9))))];
        float[] b = [.. a.Select((x, i) => i % 7 == 0 ? x : i % 11 == 0 ? x / 3 : (float)((random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-3, 3))))];
        (a[0], b[0]) = (float.PositiveInfinity, 2);
        (a[9], b[9]) = (3, float.PositiveInfinity);
        (a[17], b[17]) = (-6, 3);
        (a[30], b[30]) = (5, 0);
        Assert.Equal(a.Select((x, i) => BitConverter.SingleToInt32Bits(Canonical(x % b[i]))), Run("Mod", [T(a), T(b)], ("fmod", 1L)).Span<float>().ToArray().Select(x => BitConverter.SingleToInt32Bits(Canonical(x))));
        double[] wideA = [.. a.Select(x => (double)x)];
        double[] wideB = [.. b.Select(x => (double)x)];
        Assert.Equal(wideA.Select((x, i) => x % wideB[i]), Run("Mod", [T(wideA), T(wideB)], ("fmod", 1L)).Span<double>().ToArray());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Where_EveryTypeAndBroadcast_SelectsBits(int threads)
    {
        Select(threads, i => (byte)(i * 7));
        Select(threads, i => (short)(i * 700));
        Select(threads, i => i * 70_000);
        Select(threads, i => i * 7_000_000_000L);
        Select(threads, i => i % 5 == 0 ? float.NaN : -i);
        Select(threads, i => (Half)(i - 30));
        Select(threads, i => i * -0.5);
        Select(threads, i => $"word {i}");
    }

    [Fact]
    public void Logic_EveryLength_EqualsFormula()
    {
        for (int n = 0; n <= 70; n++)
        {
            bool[] a = [.. Enumerable.Range(0, n).Select(i => i % 3 == 0)];
            bool[] b = [.. Enumerable.Range(0, n).Select(i => i % 5 < 2)];
            Assert.Equal(a.Select((x, i) => x && b[i]), Run("And", [T(a), T(b)]).Span<bool>().ToArray());
            Assert.Equal(a.Select((x, i) => x || b[i]), Run("Or", [T(a), T(b)]).Span<bool>().ToArray());
            Assert.Equal(a.Select((x, i) => x != b[i]), Run("Xor", [T(a), T(b)]).Span<bool>().ToArray());
            Assert.Equal(a.Select(x => x), Run("And", [T(a), S(true)]).Span<bool>().ToArray());
            Assert.Equal(a.Select(x => !x), Run("Not", [T(a)]).Span<bool>().ToArray());
            Shift(n, i => (byte)(37 * i), i => (byte)(i % 10), (x, s) => s >= 8 ? (byte)0 : (byte)(x << s), (x, s) => s >= 8 ? (byte)0 : (byte)(x >> s));
            Shift(n, i => 371_000_001u * (uint)i, i => (uint)(i % 35), (x, s) => s >= 32 ? 0 : x << (int)s, (x, s) => s >= 32 ? 0 : x >> (int)s);
            Shift(n, i => 0x9371_000_0010_0001ul * (ulong)i, i => (ulong)(i % 70), (x, s) => s >= 64 ? 0 : x << (int)s, (x, s) => s >= 64 ? 0 : x >> (int)s);
        }
    }

    [Fact]
    public void IsNaNAndIsInf_EveryLengthAndType_EqualFormula()
    {
        for (int n = 0; n <= 70; n++)
        {
            double[] x = [.. Enumerable.Range(0, n).Select(i => s_special[i * 5 % s_special.Length])];
            foreach (Tensor tensor in (Tensor[])[T(x), T(x.Select(v => (float)v).ToArray()), T(x.Select(v => (Half)v).ToArray()), T(x.Select(v => (BFloat16)(float)v).ToArray())])
            {
                bool half = tensor.Type == ElementType.Float16;
                double[] seen = [.. x.Select(v => half && Math.Abs(v) > 65504 ? v * double.PositiveInfinity : v)];
                Assert.Equal(seen.Select(double.IsNaN), Run("IsNaN", [tensor]).Span<bool>().ToArray());
                Assert.Equal(seen.Select(double.IsInfinity), Run("IsInf", [tensor]).Span<bool>().ToArray());
                Assert.Equal(seen.Select(double.IsPositiveInfinity), Run("IsInf", [tensor], ("detect_negative", 0L)).Span<bool>().ToArray());
                Assert.Equal(seen.Select(double.IsNegativeInfinity), Run("IsInf", [tensor], ("detect_positive", 0L)).Span<bool>().ToArray());
                Assert.Equal(seen.Select(_ => false), Run("IsInf", [tensor], ("detect_positive", 0L), ("detect_negative", 0L)).Span<bool>().ToArray());
            }
        }
    }

    // A rest shorter than a vector gives what its elements give inside one: results do not depend on how a job is cut.
    [Theory]
    [InlineData("Exp")]
    [InlineData("Tanh")]
    [InlineData("Sin")]
    [InlineData("Sigmoid")]
    [InlineData("Erf")]
    public void Unary_OfDoubles_DoesNotDependOnLength(string op)
    {
        double[] x = [.. Enumerable.Range(0, 4096).Select(i => (i % 4001 * 0.0013) - 2.7)];
        double[] whole = ((Tensor)RunAll(op, [T(x, x.Length)], threads: 1)[0]!).Span<double>().ToArray();
        for (int first = 0; first < x.Length; first += 5)
        {
            double[] part = x[first..Math.Min(x.Length, first + 1 + (first % 7))];
            Assert.Equal(whole[first..(first + part.Length)], ((Tensor)RunAll(op, [T(part, part.Length)], threads: 1)[0]!).Span<double>().ToArray());
        }
    }

    [Fact]
    public void Broadcast_OddShapesOnThreads_EqualsFormula()
    {
        float[] a = [.. Enumerable.Range(0, 61 * 7 * 129).Select(i => (i % 1013) - 500f)];
        float[] b = [.. Enumerable.Range(0, 7).Select(i => i - 3f)];
        float[] c = [.. Enumerable.Range(0, 129).Select(i => (i % 17) - 8f)];
        foreach (int threads in (int[])[1, 2, 3])
        {
            Tensor rows = (Tensor)RunAll("Max", [T(a, 61, 7, 129), T(b, 7, 1), T(c, 129)], threads: threads)[0]!;
            Assert.Equal(a.Select((x, i) => Math.Max(Math.Max(x, b[i / 129 % 7]), c[i % 129])), rows.Span<float>().ToArray());
            Tensor mean = (Tensor)RunAll("Mean", [T(b, 7, 1), T(a, 61, 7, 129), T(c, 129)], threads: threads)[0]!;
            Assert.Equal(a.Select((x, i) => (b[i / 129 % 7] + x + c[i % 129]) / 3), mean.Span<float>().ToArray());
        }
    }

    [Fact]
    public void Broadcast_ShortRows_EqualsFormula()
    {
        foreach (int length in (int[])[2, 3, 5, 7, 31, 64])
        {
            foreach (int rows in (int[])[7, 8, 9, 700])
            {
                long[] a = [.. Enumerable.Range(0, 3 * rows * length).Select(i => i * 7919L % 1009)];
                long[] row = [.. Enumerable.Range(0, length).Select(i => i - 2L)];
                long[] many = [.. Enumerable.Range(0, 3 * length).Select(i => 5L - i)];
                bool[] column = [.. Enumerable.Range(0, rows).Select(i => i % 3 == 1)];
                foreach (int threads in (int[])[1, 2])
                {
                    long At(int i, long[] operand) => operand[(i / (rows * length) * length) + (i % length)];
                    Tensor Of(string op, params Tensor[] inputs) => (Tensor)RunAll(op, inputs, threads: threads)[0]!;
                    Assert.Equal(a.Select((x, i) => x - row[i % length]), Of("Sub", T(a, 3, rows, length), T(row)).Span<long>().ToArray());
                    Assert.Equal(a.Select((x, i) => Math.Max(x, At(i, many))), Of("Max", T(a, 3, rows, length), T(many, 3, 1, length)).Span<long>().ToArray());
                    Assert.Equal(a.Select((x, i) => At(i, many) < x), Of("Less", T(many, 3, 1, length), T(a, 3, rows, length)).Span<bool>().ToArray());
                    Assert.Equal(
                        a.Select((x, i) => column[i / length % rows] ? x : row[i % length]),
                        Of("Where", T(column, rows, 1), T(a, 3, rows, length), T(row)).Span<long>().ToArray());
                    Assert.Equal(
                        Enumerable.Range(0, rows * length).Select(i => column[i / length] ^ (row[i % length] > 0)),
                        Of("Xor", T(column, rows, 1), T(row.Select(x => x > 0).ToArray())).Span<bool>().ToArray());
                }
            }
        }
    }

    [Fact]
    public void Broadcast_OfNoElements_IsEmpty()
    {
        Tensor many = T(Enumerable.Range(0, 27).ToArray(), 9, 3, 1);
        Tensor none = T(Array.Empty<int>(), 1, 1, 0);
        foreach (string op in (string[])["Add", "Div", "Max", "Less", "BitwiseAnd", "Pow"])
        {
            Assert.Equal([9, 3, 0], Run(op, [many, none]).Dims.ToArray());
        }

        Assert.Equal([9, 3, 0], Run("Where", [T(new bool[9], 9, 1, 1), many, none]).Dims.ToArray());
    }

    [Fact]
    public void Pow_SpecialValues_EqualMath()
    {
        float[] some = [0, -0f, 1, -1, 2, -2, 0.5f, -0.5f, 3, -3, 2.5f, -7.25f, 1e-40f, 1e38f, -1e38f, 100, -100, float.NaN, float.PositiveInfinity, float.NegativeInfinity, 8388609, 16777216];
        float[] a = [.. some.SelectMany(x => some.Select(_ => x))];
        float[] b = [.. some.SelectMany(_ => some)];
        float[] y = Run("Pow", [T(a), T(b)]).Span<float>().ToArray();
        for (int i = 0; i < y.Length; i++)
        {
            var want = (float)Math.Pow(a[i], b[i]);
            Assert.True(want.Equals(y[i]) && float.IsNegative(want) == float.IsNegative(y[i]) || Math.Abs(want - y[i]) <= 1e-7 * Math.Abs(want), $"{a[i]:R}^{b[i]:R}: expected {want:R}, got {y[i]:R}");
        }

        foreach (float exponent in some)
        {
            Assert.Equal(some.Select(x => (float)Math.Pow(x, exponent)), Run("Pow", [T(some), S(exponent)]).Span<float>().ToArray());
        }
    }

    [Fact]
    public void Doubles_EveryFunction_NearScalarFormula()
    {
        double[] x = [.. Enumerable.Range(0, 2001).Select(i => (i - 1000) * 0.013), .. s_special];
        Near("Tanh", x, Math.Tanh);
        Near("Exp", x, Math.Exp);
        Near("Log", x, Math.Log);
        Near("Sin", x, Math.Sin);
        Near("Cos", x, Math.Cos);
        Near("Sqrt", x, Math.Sqrt);
        Near("Sigmoid", x, v => 1 / (1 + Math.Exp(-v)));
        Near("Softsign", x, v => v / (1 + Math.Abs(v)));
        Near("HardSigmoid", x, v => double.IsNaN(v) ? v : Math.Clamp((0.2f * (double)v) + 0.5, 0, 1));
        Near("LeakyRelu", x, v => v < 0 ? 0.01f * (double)v : v);
        Near("Round", x, v => Math.Round(v, MidpointRounding.ToEven));
    }

    private static void Near(string op, double[] x, Func<double, double> formula)
    {
        double[] y = Run(op, [T(x)]).Span<double>().ToArray();
        for (int i = 0; i < x.Length; i++)
        {
            double want = formula(x[i]);
            Assert.True(want.Equals(y[i]) || Math.Abs(want - y[i]) <= 2e-15 * Math.Abs(want) || Math.Abs(want - y[i]) < 1e-300, $"{op}({x[i]:R}): expected {want:R}, got {y[i]:R}");
        }
    }

    private static float Canonical(float x) => float.IsNaN(x) ? float.NaN : x;

    // Whole numbers within ±120.
    private static double Whole(double x) => double.IsFinite(x) ? Math.Clamp(Math.Round(x), -120, 120) : 5;

    private static void Shift<TE>(int n, Func<int, TE> value, Func<int, TE> by, Func<TE, TE, TE> left, Func<TE, TE, TE> right)
        where TE : unmanaged
    {
        TE[] x = [.. Enumerable.Range(0, n).Select(value)];
        TE[] s = [.. Enumerable.Range(0, n).Select(by)];
        Assert.Equal(x.Select((v, i) => left(v, s[i])), Run("BitShift", [T(x), T(s)], ("direction", "LEFT")).Span<TE>().ToArray());
        Assert.Equal(x.Select((v, i) => right(v, s[i])), Run("BitShift", [T(x), T(s)], ("direction", "RIGHT")).Span<TE>().ToArray());
    }

    private static void Select<TE>(int threads, Func<int, TE> value)
    {
        for (int n = 0; n <= 70; n++)
        {
            bool[] c = [.. Enumerable.Range(0, n).Select(i => i % 3 == 1)];
            TE[] a = [.. Enumerable.Range(0, n).Select(value)];
            TE[] b = [.. Enumerable.Range(100, n).Select(value)];
            TE one = value(55);
            Tensor Where(Tensor condition, Tensor x, Tensor y) => (Tensor)RunAll("Where", [condition, x, y], threads: threads)[0]!;
            Assert.Equal(c.Select((v, i) => v ? a[i] : b[i]), Elements<TE>(Where(T(c), T(a), T(b))));
            Assert.Equal(c.Select((v, i) => v ? one : b[i]), Elements<TE>(Where(T(c), T([one], 1), T(b))));
            Assert.Equal(c.Select((v, i) => v ? a[i] : one), Elements<TE>(Where(T(c), T(a), T([one], 1))));
            Assert.Equal(c.SelectMany(v => a.Select((x, i) => v ? x : b[i])), Elements<TE>(Where(T(c, n, 1), T(a, 1, n), T(b, 1, n))));
        }
    }

    private static TE[] Elements<TE>(Tensor tensor) => typeof(TE) == typeof(string) ? (TE[])(object)tensor.Strings.ToArray() : tensor.Span<TE>().ToArray();

    private static void CheckNarrow<TE>(Func<double, TE> make, Func<TE, float> wide)
        where TE : unmanaged
    {
        for (int n = 0; n <= 70; n++)
        {
            TE[] a = [.. Enumerable.Range(0, n).Select(i => make(s_special[i % s_special.Length]))];
            TE[] b = [.. Enumerable.Range(0, n).Select(i => make(s_special[i * 7 % s_special.Length]))];
            TE one = make(-3.5);
            void Both(string op, Func<float, float, float> f)
            {
                Assert.Equal(a.Select((x, i) => make(f(wide(x), wide(b[i])))), Run(op, [T(a), T(b)]).Span<TE>().ToArray());
                Assert.Equal(a.Select(x => make(f(wide(x), wide(one)))), Run(op, [T(a), S(one)]).Span<TE>().ToArray());
                Assert.Equal(a.Select(x => make(f(wide(one), wide(x)))), Run(op, [S(one), T(a)]).Span<TE>().ToArray());
            }

            Both("Add", (x, y) => x + y);
            Both("Mul", (x, y) => x * y);
            Both("Max", MathF.Max);
            Both("Min", MathF.Min);
            Assert.Equal(a.Select((x, i) => wide(x) < wide(b[i])), Run("Less", [T(a), T(b)]).Span<bool>().ToArray());
            Assert.Equal(a.Select(x => make(float.IsNaN(wide(x)) ? float.NaN : Math.Clamp(wide(x), -2, 3))), Run("Clip", [T(a), S(make(-2)), S(make(3))]).Span<TE>().ToArray());
            Assert.Equal(a.Select(x => make(Math.Abs(wide(x)))), Run("Abs", [T(a)]).Span<TE>().ToArray());
        }
    }

    private static void Check<TE>(Func<double, TE> make, bool floating)
        where TE : unmanaged, INumber<TE>, IMinMaxValue<TE>
    {
        for (int n = 0; n <= 70; n++)
        {
            TE[] a = [.. Enumerable.Range(0, n).Select(i => make(s_special[i % s_special.Length]))];
            TE[] b = [.. Enumerable.Range(0, n).Select(i => make(s_special[i * 7 % s_special.Length]))];
            TE[] divisors = [.. b.Select(x => TE.IsZero(x) ? TE.One : x)];
            TE one = make(7);
            void Both(string op, TE[] right, Func<TE, TE, TE> f, params (string, object)[] attributes)
            {
                Assert.Equal(a.Select((x, i) => f(x, right[i])), Run(op, [T(a), T(right)], attributes).Span<TE>().ToArray());
                Assert.Equal(a.Select(x => f(x, one)), Run(op, [T(a), S(one)], attributes).Span<TE>().ToArray());
                if (op != "PRelu")
                {
                    Assert.Equal(right.Select(x => f(one, x)), Run(op, [S(one), T(right)], attributes).Span<TE>().ToArray());
                }
            }

            Both("Add", b, (x, y) => unchecked(x + y));
            Both("Sub", b, (x, y) => unchecked(x - y));
            Both("Mul", b, (x, y) => unchecked(x * y));
            Both("Div", divisors, (x, y) => !floating && TE.IsNegative(y) && y + TE.One == TE.Zero ? TE.Zero - x : x / y);
            Both("Max", b, TE.Max);
            Both("Min", b, TE.Min);
            Both("PRelu", b, (x, y) => x < TE.Zero ? unchecked(x * y) : x);
            if (!floating)
            {
                Both("Mod", divisors, Floored);
                Both("Mod", divisors, Cut, ("fmod", 1L));
            }

            TE low = make(-3);
            TE high = make(60);
            Assert.Equal(a.Select(x => x < low ? low : x > high ? high : x), Run("Clip", [T(a), S(low), S(high)]).Span<TE>().ToArray());
            Assert.Equal(a.Select((x, i) => x <= b[i]), Run("LessOrEqual", [T(a), T(b)]).Span<bool>().ToArray());
            Assert.Equal(a.Select(x => x == one), Run("Equal", [T(a), S(one)]).Span<bool>().ToArray());
            Assert.Equal(a.Select(x => TE.IsNaN(x) ? x : TE.CreateTruncating(TE.Sign(x))), Run("Sign", [T(a)]).Span<TE>().ToArray());
            Assert.Equal(a.Select(x => TE.IsNegative(x) && !TE.IsNaN(x) ? TE.Zero - x : x).Select(TE.Abs), Run("Abs", [T(a)]).Span<TE>().ToArray().Select(TE.Abs));
        }
    }

    private static TE Cut<TE>(TE x, TE y)
        where TE : INumber<TE> => TE.IsNegative(y) && y + TE.One == TE.Zero ? TE.Zero : x % y;

    private static TE Floored<TE>(TE x, TE y)
        where TE : INumber<TE>
    {
        TE rest = Cut(x, y);
        return rest != TE.Zero && TE.IsNegative(rest) != TE.IsNegative(y) ? rest + y : rest;
    }
}
