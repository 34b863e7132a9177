using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using Inference.Kernels.Simd;

namespace Inference.Kernels.Resizing;

/// <summary>
/// Rows whose elements are elements of another row, or weighted sums of some: y[r, i] = Σ_t weights[i, t] · x[r, indices[i, t]]. Results that lie within one vector of
/// their sources are permuted from it. Immutable; thread-safe.
/// </summary>
internal sealed unsafe class RowPicks
{
    internal static readonly RowKernel Doublewords = RowKernel.Of<PickBody>("pick_b32");
    internal static readonly RowKernel Bytes = RowKernel.Of(
        "pick_b8", [new(IsaTier.AdvSimd, Ssse3.IsSupported || AdvSimd.Arm64.IsSupported, &PickBytes, "16_vector128"), new(IsaTier.Scalar, true, &PickEach)]);

    internal static readonly RowKernel Sums = RowKernel.Of<SumBody>("weigh_f32");

    private readonly delegate*<void*, nint, nint, void> _body;
    private readonly int _taps;
    private readonly int _unit;
    private readonly int[] _indices;
    private readonly float[] _weights;
    private readonly int[] _starts;
    private readonly int[] _lanes;
    private readonly byte[] _byteLanes;

    private RowPicks(int[] indices, float[] weights, int taps, int unit, int size, in RowKernel.Variant kernel, int lanes)
    {
        _indices = indices;
        _taps = taps;
        _unit = unit;
        _body = kernel.Body;
        Size = size;
        Count = indices.Length / taps;
        int chunks = (Count + lanes - 1) / lanes;
        _starts = new int[chunks];
        _lanes = new int[chunks * taps * lanes];
        _weights = new float[weights.Length == 0 ? 0 : _lanes.Length];
        for (int c = 0; c < chunks; c++)
        {
            // The last results go over the end of those before them.
            int first = Math.Max(0, Math.Min(c * lanes, Count - lanes));
            int length = Math.Min(lanes, Count);
            ReadOnlySpan<int> own = indices.AsSpan(first * taps, length * taps);
            (int low, int high) = (int.MaxValue, 0);
            foreach (int index in own)
            {
                (low, high) = (Math.Min(low, index), Math.Max(high, index));
            }

            int start = Math.Max(0, Math.Min(low, size - lanes));
            bool fits = high - start < lanes && size >= lanes && Count >= lanes;
            _starts[c] = fits ? start : -1;
            for (int i = 0; i < length; i++)
            {
                for (int t = 0; t < taps; t++)
                {
                    int at = (((c * taps) + t) * lanes) + i;
                    _lanes[at] = fits ? own[(i * taps) + t] - start : 0;
                    if (_weights.Length > 0)
                    {
                        _weights[at] = weights[((first + i) * taps) + t];
                    }
                }
            }
        }

        AreVectors = Array.TrueForAll(_starts, s => s >= 0) && chunks > 0;
        _byteLanes = unit < sizeof(uint) ? Array.ConvertAll(_lanes, l => (byte)l) : [];
    }

    /// <summary>Elements of a row that is read, in units of the kernel.</summary>
    public int Size { get; }

    /// <summary>Elements of a row that is written, in units of the kernel.</summary>
    public int Count { get; }

    /// <summary>Whether all results are permuted from vectors: making a row takes no longer than copying it.</summary>
    public bool AreVectors { get; }

    /// <summary>Picks of elements of 1, 2, 4 or 8 bytes.</summary>
    /// <param name="indices">For each result which element it is.</param>
    /// <param name="size">Elements of the row they are of.</param>
    /// <param name="elementSize">Bytes of an element.</param>
    public static RowPicks Create(int[] indices, int size, int elementSize)
    {
        // Elements of two units are both of them.
        bool small = elementSize < sizeof(uint);
        int units = small ? elementSize : elementSize / sizeof(uint);
        if (units > 1)
        {
            int[] elements = indices;
            indices = new int[elements.Length * units];
            for (int i = 0; i < indices.Length; i++)
            {
                indices[i] = (elements[i / units] * units) + (i % units);
            }

            size *= units;
        }

        if (small)
        {
            int lanes = Vector128<byte>.Count;
            ref readonly RowKernel.Variant bytes = ref Bytes.Variants[Bytes.Variants[0].Supported ? 0 : 1];
            return new(indices, [], 1, 1, size, in bytes, lanes);
        }

        ref readonly RowKernel.Variant body = ref Doublewords.Fitting(IsaTier.Avx512, Math.Min(size, indices.Length));
        return new(indices, [], 1, sizeof(uint), size, in body, body.Lanes);
    }

    /// <summary>Weighted sums of f32.</summary>
    /// <param name="indices">[results, taps].</param>
    /// <param name="weights">[results, taps].</param>
    /// <param name="taps">Elements that a result is a sum of.</param>
    /// <param name="size">Elements of the row they are of.</param>
    public static RowPicks CreateSums(int[] indices, float[] weights, int taps, int size)
    {
        ref readonly RowKernel.Variant body = ref Sums.Fitting(IsaTier.Avx512, Math.Min(size, indices.Length / taps));
        return new(indices, weights, taps, sizeof(float), size, in body, body.Lanes);
    }

    /// <summary>Makes some rows.</summary>
    /// <param name="x">Rows of <see cref="Size"/>.</param>
    /// <param name="y">Rows of <see cref="Count"/>.</param>
    /// <param name="rows">How many.</param>
    /// <param name="from">Where each row starts in x, bytes; null: they lie one behind the other.</param>
    /// <param name="to">Where each row goes in y, bytes; null: one behind the other.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(void* x, void* y, nint rows, nint* from = null, nint* to = null)
    {
        KernelAssert.NotNegative(rows);
        fixed (int* indices = _indices, starts = _starts, lanes = _lanes)
        fixed (float* weights = _weights)
        fixed (byte* bytes = _byteLanes)
        {
            var job = new Job
            {
                X = (byte*)x, Y = (byte*)y, Count = Count, Chunks = _starts.Length, Taps = _taps, Indices = indices, Starts = starts, Lanes = lanes, Weights = weights, ByteLanes = bytes, AreVectors = AreVectors, From = from, To = to, RowBytes = Size * _unit, ResultBytes = Count * _unit,
            };
            _body(&job, 0, rows);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PickBytes(void* state, nint firstRow, nint endRow)
    {
        ref readonly Job job = ref *(Job*)state;
        int lanes = Vector128<byte>.Count;
        for (nint r = firstRow; r < endRow; r++)
        {
            byte* x = job.Row(r);
            byte* y = job.Result(r);
            for (int c = 0; c < job.Chunks; c++)
            {
                int first = Math.Max(0, Math.Min(c * lanes, job.Count - lanes));
                int start = job.Starts[c];
                if (start >= 0)
                {
                    Vector128.ShuffleNative(Vector128.Load(x + start), Vector128.Load(job.ByteLanes + (c * lanes))).Store(y + first);
                    continue;
                }

                for (int i = first; i < Math.Min(first + lanes, job.Count); i++)
                {
                    y[i] = x[job.Indices[i]];
                }
            }
        }
    }

    private static void PickEach(void* state, nint firstRow, nint endRow)
    {
        ref readonly Job job = ref *(Job*)state;
        for (nint r = firstRow; r < endRow; r++)
        {
            byte* x = job.Row(r);
            byte* y = job.Result(r);
            for (int i = 0; i < job.Count; i++)
            {
                y[i] = x[job.Indices[i]];
            }
        }
    }

    private struct Job
    {
        public byte* X;
        public byte* Y;
        public int Count;
        public int Chunks;
        public int Taps;
        public int* Indices;
        public int* Starts;
        public int* Lanes;
        public float* Weights;
        public byte* ByteLanes;
        public bool AreVectors;
        public nint* From;
        public nint* To;
        public nint RowBytes;
        public nint ResultBytes;

        public readonly byte* Row(nint r) => X + (From == null ? r * RowBytes : From[r]);

        public readonly byte* Result(nint r) => Y + (To == null ? r * ResultBytes : To[r]);
    }

    private readonly struct PickBody : IRowBody
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static void Run<S, V>(void* state, nint firstRow, nint endRow)
            where S : struct, ISimd<V>
            where V : struct
        {
            ref readonly Job job = ref *(Job*)state;
            for (nint r = firstRow; r < endRow; r++)
            {
                float* x = (float*)job.Row(r);
                float* y = (float*)job.Result(r);
                if (job.AreVectors)
                {
                    // A row that is made twice in succession is stored twice.
                    bool twice = r + 1 < endRow && job.From != null && job.From[r + 1] == job.From[r];
                    nint apart = twice ? (nint)((float*)job.Result(r + 1) - y) : 0;
                    r += twice ? 1 : 0;
                    int* lanes = job.Lanes;
                    int* starts = job.Starts;
                    int* last = starts + job.Chunks - 1;
                    V picked;
                    for (float* to = y; starts < last; starts++, to += S.Lanes, lanes += S.Lanes)
                    {
                        picked = S.Pick(S.Load(x + *starts), lanes);
                        S.Store(to, picked);
                        S.Store(to + apart, picked);
                    }

                    picked = S.Pick(S.Load(x + *last), lanes);
                    S.Store(y + job.Count - S.Lanes, picked);
                    S.Store(y + job.Count - S.Lanes + apart, picked);
                    continue;
                }

                for (int c = 0; c < job.Chunks; c++)
                {
                    int first = Math.Max(0, Math.Min(c * S.Lanes, job.Count - S.Lanes));
                    int start = job.Starts[c];
                    if (start >= 0)
                    {
                        S.Store(y + first, S.Pick(S.Load(x + start), job.Lanes + ((nint)c * S.Lanes)));
                        continue;
                    }

                    for (int i = first; i < Math.Min(first + S.Lanes, job.Count); i++)
                    {
                        ((uint*)y)[i] = ((uint*)x)[job.Indices[i]];
                    }
                }
            }
        }
    }

    private readonly struct SumBody : IRowBody
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static void Run<S, V>(void* state, nint firstRow, nint endRow)
            where S : struct, ISimd<V>
            where V : struct
        {
            ref readonly Job job = ref *(Job*)state;
            int taps = job.Taps;
            for (nint r = firstRow; r < endRow; r++)
            {
                float* x = (float*)job.Row(r);
                float* y = (float*)job.Result(r);
                for (int c = 0; c < job.Chunks; c++)
                {
                    int first = Math.Max(0, Math.Min(c * S.Lanes, job.Count - S.Lanes));
                    int start = job.Starts[c];
                    float* weights = job.Weights + ((nint)c * taps * S.Lanes);
                    if (start >= 0)
                    {
                        int* lanes = job.Lanes + ((nint)c * taps * S.Lanes);
                        V source = S.Load(x + start);
                        V sum = S.Mul(S.Pick(source, lanes), S.Load(weights));
                        for (int t = 1; t < taps; t++)
                        {
                            sum = S.Fma(S.Pick(source, lanes + ((nint)t * S.Lanes)), S.Load(weights + ((nint)t * S.Lanes)), sum);
                        }

                        S.Store(y + first, sum);
                        continue;
                    }

                    int end = Math.Min(first + S.Lanes, job.Count);
                    if (taps == 2)
                    {
                        int* pairs = job.Indices + (2 * (nint)first);
                        for (int i = 0; i < end - first; i++)
                        {
                            y[first + i] = MathF.FusedMultiplyAdd(x[pairs[(2 * i) + 1]], weights[i + S.Lanes], x[pairs[2 * i]] * weights[i]);
                        }

                        continue;
                    }

                    for (int i = first; i < end; i++)
                    {
                        int* indices = job.Indices + ((nint)i * taps);
                        float* own = weights + (i - first);
                        float sum = x[indices[0]] * own[0];
                        for (int t = 1; t < taps; t++)
                        {
                            sum = MathF.FusedMultiplyAdd(x[indices[t]], own[(nint)t * S.Lanes], sum);
                        }

                        y[i] = sum;
                    }
                }
            }
        }
    }
}
