namespace Inference.Operators.Signal;

/// <summary>
/// Discrete Fourier transform of one length in double precision: radix 2 for powers of two, else Bluestein's chirp through one. X[k] = Σ x[n]·e^(∓2πi·k·n/N), without
/// scaling. Immutable.
/// </summary>
internal sealed class FourierPlan
{
    private readonly int _length;
    private readonly int _padded;
    private readonly double[] _cosines;
    private readonly double[] _sines;
    private readonly double[]? _chirpReal;
    private readonly double[]? _chirpImaginary;
    private readonly double[]? _filterReal;
    private readonly double[]? _filterImaginary;

    public FourierPlan(int length)
    {
        _length = length;
        bool powerOfTwo = (length & (length - 1)) == 0;
        _padded = powerOfTwo ? Math.Max(1, length) : (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)checked((2 * length) - 1));
        _cosines = new double[_padded / 2];
        _sines = new double[_padded / 2];
        for (int i = 0; i < _cosines.Length; i++)
        {
            (_sines[i], _cosines[i]) = Math.SinCos(-2 * Math.PI * i / _padded);
        }

        if (powerOfTwo)
        {
            return;
        }

        _chirpReal = new double[length];
        _chirpImaginary = new double[length];
        _filterReal = new double[_padded];
        _filterImaginary = new double[_padded];
        for (int i = 0; i < length; i++)
        {
            // i² modulo 2N keeps the angle exact.
            long square = (long)i * i % (2L * length);
            (_chirpImaginary[i], _chirpReal[i]) = Math.SinCos(-Math.PI * square / length);
            _filterReal[i] = _filterReal[(_padded - i) % _padded] = _chirpReal[i];
            _filterImaginary[i] = _filterImaginary[(_padded - i) % _padded] = -_chirpImaginary[i];
        }

        Radix2(_filterReal, _filterImaginary);
    }

    /// <summary>Doubles that a transform needs beside its data.</summary>
    public int WorkLength => _chirpReal is null ? 0 : 2 * _padded;

    /// <summary>Transforms in place; the inverse is not divided by N.</summary>
    public void Transform(Span<double> real, Span<double> imaginary, bool inverse, Span<double> work)
    {
        if (inverse)
        {
            // The inverse is the forward transform with the parts exchanged.
            Forward(imaginary, real, work);
        }
        else
        {
            Forward(real, imaginary, work);
        }
    }

    private void Forward(Span<double> real, Span<double> imaginary, Span<double> work)
    {
        if (_chirpReal is null)
        {
            Radix2(real, imaginary);
            return;
        }

        Span<double> a = work[.._padded];
        Span<double> b = work.Slice(_padded, _padded);
        a.Clear();
        b.Clear();
        for (int i = 0; i < _length; i++)
        {
            (a[i], b[i]) = Multiply(real[i], imaginary[i], _chirpReal[i], _chirpImaginary![i]);
        }

        Radix2(a, b);
        for (int i = 0; i < _padded; i++)
        {
            (a[i], b[i]) = Multiply(a[i], b[i], _filterReal![i], _filterImaginary![i]);
        }

        Radix2(b, a);
        for (int i = 0; i < _length; i++)
        {
            (real[i], imaginary[i]) = Multiply(a[i] / _padded, b[i] / _padded, _chirpReal[i], _chirpImaginary![i]);
        }
    }

    private static (double Real, double Imaginary) Multiply(double a, double b, double c, double d) => ((a * c) - (b * d), (a * d) + (b * c));

    private void Radix2(Span<double> real, Span<double> imaginary)
    {
        int n = _padded;
        for (int i = 1, j = 0; i < n; i++)
        {
            int bit = n >> 1;
            for (; (j & bit) != 0; bit >>= 1)
            {
                j ^= bit;
            }

            j ^= bit;
            if (i < j)
            {
                (real[i], real[j]) = (real[j], real[i]);
                (imaginary[i], imaginary[j]) = (imaginary[j], imaginary[i]);
            }
        }

        for (int size = 2; size <= n; size <<= 1)
        {
            int step = n / size;
            for (int start = 0; start < n; start += size)
            {
                for (int k = 0; k < size / 2; k++)
                {
                    int even = start + k;
                    int odd = even + (size / 2);
                    (double r, double i) = Multiply(real[odd], imaginary[odd], _cosines[k * step], _sines[k * step]);
                    (real[odd], imaginary[odd]) = (real[even] - r, imaginary[even] - i);
                    (real[even], imaginary[even]) = (real[even] + r, imaginary[even] + i);
                }
            }
        }
    }
}
