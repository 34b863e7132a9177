using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Inference.Kernels.Memory;
using Inference.Kernels.Simd;

namespace Inference.Kernels.Transposition;

/// <summary>
/// Transposes of matrices with a few contiguous columns (a stream of tuples taken apart) or rows (streams put together to tuples), by permutations of two
/// vectors: result o is permuted from sources 0 and 1, and each further source is merged into it.
/// </summary>
internal static unsafe class NarrowTranspose
{
    // Columns or rows; from so many on squares of elements are turned, of bytes 16 × 16.
    private const int MaxWidth = 15;

    internal static readonly RowKernel Bytes = RowKernel.Of(
        "transpose_narrow_b8", [new(IsaTier.Avx512, Avx512Vbmi.IsSupported, &Permuted<byte>, "permuted_avx512"), new(IsaTier.Scalar, true, &Scalar<byte>)]);

    internal static readonly RowKernel Words = RowKernel.Of(
        "transpose_narrow_b16", [new(IsaTier.Avx512, Avx512BW.IsSupported, &Permuted<ushort>, "permuted_avx512"), new(IsaTier.Scalar, true, &Scalar<ushort>)]);

    internal static readonly RowKernel Doublewords = RowKernel.Of(
        "transpose_narrow_b32", [new(IsaTier.Avx512, Avx512F.IsSupported, &Permuted<uint>, "permuted_avx512"), new(IsaTier.Scalar, true, &Scalar<uint>)]);

    internal static readonly RowKernel Quadwords = RowKernel.Of(
        "transpose_narrow_b64", [new(IsaTier.Avx512, Avx512F.IsSupported, &Permuted<ulong>, "permuted_avx512"), new(IsaTier.Scalar, true, &Scalar<ulong>)]);

    // By size of the element, direction and width; made when first used, and kept.
    private static readonly NativeBuffer?[] s_tables = new NativeBuffer?[4 * 2 * (MaxWidth + 1)];

    /// <summary>Whether a matrix is of this form and long enough.</summary>
    public static bool Suits(nint ldx, nint ldy, nint rows, nint columns, int elementSize)
    {
        nint lanes = Vector512<byte>.Count / elementSize;
        return Of(elementSize).Variants[0].Supported && (Apart(ldx, rows, columns, elementSize) || (IsNarrow(rows, elementSize) && ldy == rows && columns >= lanes));
    }

    /// <summary>y[c,r] = x[r,c] for a matrix that <see cref="Suits"/>, and for others of its form.</summary>
    /// <param name="x">The first matrix.</param>
    /// <param name="ldx">Elements between rows of x.</param>
    /// <param name="y">Where the first one goes.</param>
    /// <param name="ldy">Elements between rows of y.</param>
    /// <param name="rows">Rows of x.</param>
    /// <param name="columns">Columns of x.</param>
    /// <param name="elementSize">Bytes of an element: 1, 2, 4 or 8.</param>
    /// <param name="count">Matrices.</param>
    /// <param name="stepX">Bytes between matrices of x.</param>
    /// <param name="stepY">Bytes between matrices of y.</param>
    public static void Run(byte* x, nint ldx, byte* y, nint ldy, nint rows, nint columns, int elementSize, nint count = 1, nint stepX = 0, nint stepY = 0)
    {
        var job = new Job { X = x, Ldx = ldx, Y = y, Ldy = ldy, Rows = rows, Columns = columns, StepX = stepX, StepY = stepY };
        Of(elementSize).Best(&job, 0, count);
    }

    private static bool Apart(nint ldx, nint rows, nint columns, int elementSize) =>
        IsNarrow(columns, elementSize) && ldx == columns && rows >= Vector512<byte>.Count / elementSize;

    private static bool IsNarrow(nint width, int elementSize) => width > 1 && width <= elementSize switch { 1 => MaxWidth, 8 => 3, _ => 7 };

    private static RowKernel Of(int elementSize) => elementSize switch { 1 => Bytes, 2 => Words, 4 => Doublewords, _ => Quadwords };

    private static void Scalar<T>(void* state, nint first, nint end)
        where T : unmanaged
    {
        ref readonly Job job = ref *(Job*)state;
        for (nint matrix = first; matrix < end; matrix++)
        {
            T* x = (T*)(job.X + (matrix * job.StepX));
            T* y = (T*)(job.Y + (matrix * job.StepY));
            for (nint r = 0; r < job.Rows; r++)
            {
                for (nint c = 0; c < job.Columns; c++)
                {
                    y[(c * job.Ldy) + r] = x[(r * job.Ldx) + c];
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Permuted<T>(void* state, nint first, nint end)
        where T : unmanaged
    {
        ref readonly Job job = ref *(Job*)state;
        nint lanes = Vector512<T>.Count;
        bool apart = Apart(job.Ldx, job.Rows, job.Columns, sizeof(T));
        int width = (int)(apart ? job.Columns : job.Rows);
        nint length = apart ? job.Rows : job.Columns;
        T* table = (T*)Table<T>(apart, width);
        nint sourceStep = apart ? lanes : job.Ldx;
        nint resultStep = apart ? job.Ldy : lanes;
        for (nint matrix = first; matrix < end; matrix++)
        {
            T* x = (T*)(job.X + (matrix * job.StepX));
            T* y = (T*)(job.Y + (matrix * job.StepY));
            for (nint i = 0; i < length; i += lanes)
            {
                // The last step goes over the end of the one before it.
                i = nint.Min(i, length - lanes);
                Step(apart ? x + (i * width) : x + i, sourceStep, apart ? y + i : y + (i * width), resultStep, width, table);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step<T>(T* x, nint sourceStep, T* y, nint resultStep, int width, T* table)
        where T : unmanaged
    {
        Vector512<T> zeroth = Vector512.Load(x);
        Vector512<T> second = Vector512.Load(x + sourceStep);
        for (int o = 0; o < width; o++, y += resultStep)
        {
            Vector512<T> result = Permute(zeroth, Vector512.Load(table), second);
            table += Vector512<T>.Count;
            for (int s = 2; s < width; s++, table += Vector512<T>.Count)
            {
                result = Permute(result, Vector512.Load(table), Vector512.Load(x + (s * sourceStep)));
            }

            result.Store(y);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<T> Permute<T>(Vector512<T> low, Vector512<T> lanes, Vector512<T> high)
        where T : unmanaged
    {
        if (typeof(T) == typeof(byte))
        {
            return Avx512Vbmi.PermuteVar64x8x2(low.AsByte(), lanes.AsByte(), high.AsByte()).As<byte, T>();
        }

        if (typeof(T) == typeof(ushort))
        {
            return Avx512BW.PermuteVar32x16x2(low.AsUInt16(), lanes.AsUInt16(), high.AsUInt16()).As<ushort, T>();
        }

        return typeof(T) == typeof(uint)
            ? Avx512F.PermuteVar16x32x2(low.AsUInt32(), lanes.AsUInt32(), high.AsUInt32()).As<uint, T>()
            : Avx512F.PermuteVar8x64x2(low.AsUInt64(), lanes.AsUInt64(), high.AsUInt64()).As<ulong, T>();
    }

    // For each result and each source but the first, the lanes of (what is merged so far, source).
    private static byte* Table<T>(bool apart, int width)
        where T : unmanaged
    {
        int key = ((((int)nint.Log2(sizeof(T)) * 2) + (apart ? 1 : 0)) * (MaxWidth + 1)) + width;
        return (s_tables[key] ?? Keep(key, MakeTable<T>(apart, width))).Pointer;
    }

    // Of tables that two threads make at once the first one stays.
    private static NativeBuffer Keep(int key, NativeBuffer table)
    {
        if (Interlocked.CompareExchange(ref s_tables[key], table, null) is { } other)
        {
            table.Dispose();
            return other;
        }

        return table;
    }

    private static NativeBuffer MakeTable<T>(bool apart, int width)
        where T : unmanaged
    {
        int lanes = Vector512<T>.Count;
        var buffer = new NativeBuffer(width * (width - 1) * Vector512<byte>.Count);
        var table = (T*)buffer.Pointer;
        for (int o = 0, at = 0; o < width; o++)
        {
            for (int s = 1; s < width; s++)
            {
                for (int lane = 0; lane < lanes; lane++, at++)
                {
                    // Where the element of this lane comes from.
                    int element = apart ? (lane * width) + o : (o * lanes) + lane;
                    (int source, int from) = apart ? (element / lanes, element % lanes) : (element % width, element / width);
                    int index = source == s ? lanes + from : s == 1 && source == 0 ? from : lane;
                    table[at] = Lane<T>(index);
                }
            }
        }

        return buffer;
    }

    private static T Lane<T>(int index)
        where T : unmanaged
    {
        ulong wide = (ulong)index;
        return Unsafe.As<ulong, T>(ref wide);
    }

    // Strides in elements, steps in bytes.
    private struct Job
    {
        public byte* X;
        public nint Ldx;
        public byte* Y;
        public nint Ldy;
        public nint Rows;
        public nint Columns;
        public nint StepX;
        public nint StepY;
    }
}
