using System.Numerics;
using Inference.Kernels.Memory;

namespace Inference.Operators.Signal;

/// <summary>
/// Discrete Fourier transform of one length in double precision, in memory of the caller: radix 2 for powers of two, else Bluestein's chirp through one.
/// X[k] = Σ x[n]·e^(∓2πi·k·n/N), without scaling.
/// </summary>
internal readonly ref struct FourierPlan
{
    /// <summary>The longest transform.</summary>
    public const long MaxLength = 1 << 27;

    private readonly KernelContext _context;
    private readonly int _length;
    private readonly int _padded;
    private readonly bool _chirps;
    private readonly Span<double> _cosines;
    private readonly Span<double> _sines;
    private readonly Span<double> _chirpReal;
    private readonly Span<double> _chirpImaginary;
    private readonly Span<double> _filterReal;
    private readonly Span<double> _filterImaginary;
    private readonly Span<double> _workReal;
    private readonly Span<double> _workImaginary;

    /// <param name="context">The run, which may be stopped.</param>
    /// <param name="length">N, 1 to <see cref="MaxLength"/>.</param>
    /// <param name="memory"><see cref="MemoryLength"/> numbers.</param>
    public unsafe FourierPlan(KernelContext context, int length, double* memory)
    {
        _context = context;
        _length = length;
        _chirps = !int.IsPow2(length);
        _padded = Padded(length);
        _cosines = Take(ref memory, _padded / 2);
        _sines = Take(ref memory, _padded / 2);
        for (int i = 0; i < _cosines.Length; i++)
        {
            Check(i);
            (_sines[i], _cosines[i]) = Math.SinCos(-2 * Math.PI * i / _padded);
        }

        if (!_chirps)
        {
            return;
        }

        _chirpReal = Take(ref memory, length);
        _chirpImaginary = Take(ref memory, length);
        _filterReal = Take(ref memory, _padded);
        _filterImaginary = Take(ref memory, _padded);
        _workReal = Take(ref memory, _padded);
        _workImaginary = Take(ref memory, _padded);
        Clear(_filterReal);
        Clear(_filterImaginary);
        for (int i = 0; i < length; i++)
        {
            Check(i);

            // i² modulo 2N keeps the angle exact.
            long square = (long)i * i % (2L * length);
            (_chirpImaginary[i], _chirpReal[i]) = Math.SinCos(-Math.PI * square / length);
            _filterReal[i] = _filterReal[(_padded - i) % _padded] = _chirpReal[i];
            _filterImaginary[i] = _filterImaginary[(_padded - i) % _padded] = -_chirpImaginary[i];
        }

        Radix2(_filterReal, _filterImaginary);
    }

    /// <summary>Numbers that the plan of a length keeps.</summary>
    public static long MemoryLength(int length)
    {
        long padded = Padded(length);
        return int.IsPow2(length) ? padded : (5 * padded) + (2L * length);
    }

    /// <summary>Transforms in place; the inverse is not divided by N.</summary>
    public void Transform(Span<double> real, Span<double> imaginary, bool inverse)
    {
        if (inverse)
        {
            // The inverse is the forward transform with the parts exchanged.
            Forward(imaginary, real);
        }
        else
        {
            Forward(real, imaginary);
        }
    }

    private static int Padded(int length) => int.IsPow2(length) ? length : (int)BitOperations.RoundUpToPowerOf2((uint)((2 * length) - 1));

    private static unsafe Span<double> Take(scoped ref double* memory, int count)
    {
        var span = new Span<double>(memory, count);
        memory += count;
        return span;
    }

    /// <summary>Sets numbers to zero.</summary>
    public static unsafe void Clear(Span<double> numbers)
    {
        fixed (double* first = numbers)
        {
            LargeBlocks.Clear(first, numbers.Length * (long)sizeof(double));
        }
    }

    private static (double Real, double Imaginary) Multiply(double a, double b, double c, double d) => ((a * c) - (b * d), (a * d) + (b * c));

    private void Check(int step)
    {
        if ((step & (KernelContext.CheckEvery - 1)) == 0)
        {
            _context.ThrowIfCancelled();
        }
    }

    private void Forward(Span<double> real, Span<double> imaginary)
    {
        if (!_chirps)
        {
            Radix2(real, imaginary);
            return;
        }

        Span<double> a = _workReal;
        Span<double> b = _workImaginary;
        Clear(a);
        Clear(b);
        for (int i = 0; i < _length; i++)
        {
            Check(i);
            (a[i], b[i]) = Multiply(real[i], imaginary[i], _chirpReal[i], _chirpImaginary[i]);
        }

        Radix2(a, b);
        for (int i = 0; i < _padded; i++)
        {
            Check(i);
            (a[i], b[i]) = Multiply(a[i], b[i], _filterReal[i], _filterImaginary[i]);
        }

        Radix2(b, a);
        for (int i = 0; i < _length; i++)
        {
            Check(i);
            (real[i], imaginary[i]) = Multiply(a[i] / _padded, b[i] / _padded, _chirpReal[i], _chirpImaginary[i]);
        }
    }

    private void Radix2(Span<double> real, Span<double> imaginary)
    {
        int n = _padded;
        for (int i = 1, j = 0; i < n; i++)
        {
            Check(i);
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

        long budget = KernelContext.CheckEvery;
        for (int size = 2; size <= n; size <<= 1)
        {
            int step = n / size;
            for (int start = 0; start < n; start += size)
            {
                for (int k = 0; k < size / 2;)
                {
                    int stop = (int)Math.Min(size / 2, k + KernelContext.CheckEvery);
                    budget -= stop - k;
                    if (budget < 0)
                    {
                        _context.ThrowIfCancelled();
                        budget = KernelContext.CheckEvery;
                    }

                    for (; k < stop; k++)
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
}
